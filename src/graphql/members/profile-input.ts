import { Field, InputType } from 'type-graphql';
import type { Json, JsonObject } from '../../domain/profile.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from '../../domain/profile-attributes.js';
import { inputName } from '../../domain/profile-paths.js';

interface InputClass {
  readonly prototype: object;
}

/** The typed attributes of a person. The fields are declared below, from the list of attributes. */
@InputType({
  description:
    'The attributes of a person. Fields that are not sent keep their values, and null clears them.',
})
export class MemberProfileInput {}

addFields(MemberProfileInput, 'Profile', PROFILE_ATTRIBUTES);

function addFields(type: InputClass, typeName: string, attributes: readonly ProfileAttribute[]): void {
  for (const attribute of attributes) {
    if (attribute.mutability === 'readOnly') continue;
    const fieldType = fieldTypeOf(typeName, attribute);
    const description = attribute.multiValued
      ? `${attribute.description} The list replaces the former one.`
      : attribute.description;
    Field(() => (attribute.multiValued ? [fieldType] : fieldType), { nullable: true, description })(
      type.prototype,
      inputName(attribute),
    );
  }
}

function fieldTypeOf(typeName: string, { name, type, description, subAttributes }: ProfileAttribute) {
  if (type === 'boolean') return Boolean;
  if (subAttributes === undefined) return String;
  class PartsInput {}
  const ownName = `${typeName}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  addFields(PartsInput, ownName, subAttributes);
  InputType(`${ownName}Input`, { description })(PartsInput);
  return PartsInput;
}

/**
 * Returns the attributes that the client sent, under the names of `PROFILE_ATTRIBUTES`.
 * @returns an object in which null clears an attribute
 */
export function sentProfile(input: MemberProfileInput): JsonObject {
  return sentParts(PROFILE_ATTRIBUTES, input);
}

function sentParts(attributes: readonly ProfileAttribute[], input: object): JsonObject {
  const values = new Map<string, unknown>(Object.entries(input));
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const value = values.get(inputName(attribute));
      return value === undefined ? [] : [[attribute.name, sentValue(attribute, value)]];
    }),
  );
}

function sentValue({ subAttributes, multiValued, ...attribute }: ProfileAttribute, value: unknown): Json {
  if (multiValued && Array.isArray(value)) {
    const single = {
      ...attribute,
      multiValued: false,
      ...(subAttributes === undefined ? {} : { subAttributes }),
    };
    return value.map((one: unknown) => sentValue(single, one));
  }
  if (subAttributes !== undefined && typeof value === 'object' && value !== null)
    return sentParts(subAttributes, value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
