import { Field, InputType } from 'type-graphql';
import type { ProfileAttribute } from '../../domain/profile-attributes.js';
import { inputName } from '../../domain/profile-paths.js';
import { BooleanComparison, StringComparison } from '../lists/comparisons.js';

interface InputClass {
  readonly prototype: object;
}

/** Declares a condition for each profile attribute on the type of a filter. */
export function addProfileFilters(
  type: InputClass,
  prefix: string,
  attributes: readonly ProfileAttribute[],
): void {
  for (const attribute of attributes) {
    const input = filterOf(attribute, prefix);
    const options = { nullable: true, description: attribute.description };
    Field(() => input, options)(type.prototype, inputName(attribute));
  }
}

function filterOf({ name, type, multiValued, description, subAttributes }: ProfileAttribute, prefix: string) {
  if (type === 'boolean') return BooleanComparison;
  if (subAttributes === undefined) return StringComparison;
  const typeName = `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return multiValued
    ? listFilter(typeName, description, subAttributes)
    : partsFilter(typeName, description, subAttributes);
}

function partsFilter(typeName: string, description: string, parts: readonly ProfileAttribute[]): InputClass {
  class PartsFilter {}
  addProfileFilters(PartsFilter, typeName, parts);
  addIsPresent(PartsFilter);
  InputType(`${typeName}Filter`, { description: `Conditions on the parts. ${description}` })(PartsFilter);
  return PartsFilter;
}

function listFilter(typeName: string, description: string, parts: readonly ProfileAttribute[]): InputClass {
  class ValueFilter {}
  addProfileFilters(ValueFilter, typeName, parts);
  const field = (fieldType: () => InputClass | [InputClass], about: string, name: string) =>
    Field(fieldType, { nullable: true, description: about })(ValueFilter.prototype, name);
  field(() => [ValueFilter], 'The value meets all of these filters.', 'and');
  field(() => [ValueFilter], 'The value meets at least one of these filters.', 'or');
  field(() => ValueFilter, 'The value does not meet this filter.', 'not');
  InputType(`${typeName}ValueFilter`, { description: `Conditions on one value of the list. ${description}` })(
    ValueFilter,
  );

  class ListFilter {}
  const some = { nullable: true, description: 'A single value meets all of these conditions.' };
  Field(() => ValueFilter, some)(ListFilter.prototype, 'some');
  addIsPresent(ListFilter);
  InputType(`${typeName}Filter`, { description: `Conditions on the values of the list. ${description}` })(
    ListFilter,
  );
  return ListFilter;
}

function addIsPresent({ prototype }: InputClass): void {
  Field(() => Boolean, { nullable: true, description: 'Whether there is a value at all.' })(
    prototype,
    'isPresent',
  );
}
