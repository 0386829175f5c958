import type { Json, JsonObject } from '../../../src/domain/profile.js';
import { isJsonList, isJsonObject } from '../../../src/domain/profile.js';
import { CORE_USER } from '../../../src/scim/discovery/attributes.js';
import type { AttributeReference } from '../../../src/scim/discovery/names.js';
import type { Comparison, Filter } from '../../../src/scim/filter/ast.js';
import { matches, meets } from '../../../src/scim/filter/matches.js';

/** RFC 7644 §3.4.2.2, evaluated plainly over a resource in an answer; the SQL must agree with it. */
export function evaluate(filter: Filter, user: JsonObject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((one) => evaluate(one, user));
    case 'or':
      return filter.filters.some((one) => evaluate(one, user));
    case 'not':
      return !evaluate(filter.filter, user);
    case 'presence':
      return valuesOf(filter.target, user).length > 0;
    case 'comparison':
      return compare(filter, user);
    case 'valuePath':
      return valuesOf({ ...filter.target }, user).some((value) => matches(filter.filter, value));
  }
}

function compare({ target, operator, operand }: Comparison, user: JsonObject): boolean {
  const values = valuesOf(target, user);
  if (operand === null) return values.length > 0 === (operator === 'ne');
  const { caseExact } = target.subAttribute ?? target.attribute;
  const some = (op: typeof operator) =>
    values.some(
      (value) =>
        !isJsonObject(value) && value !== null && !isJsonList(value) && meets(op, value, operand, caseExact),
    );
  return operator === 'ne' ? !some('eq') : some(operator);
}

/** The values, of a list each, that are there. */
function valuesOf({ schema, attribute, subAttribute }: AttributeReference, user: JsonObject): Json[] {
  const holder = schema === CORE_USER ? user : user[schema];
  const whole = isJsonObject(holder) ? holder[attribute.name] : undefined;
  const values = (isJsonList(whole) ? whole : [whole]).filter((value) => value !== undefined);
  if (subAttribute === undefined) return values;
  return values
    .map((value) => (isJsonObject(value) ? value[subAttribute.name] : undefined))
    .filter((value) => value !== undefined);
}
