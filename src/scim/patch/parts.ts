import type { Json, JsonObject } from '../../domain/profile.js';

/** RFC 7643 §2.5: null and an empty list are "unassigned"; OneLogin sends `""` for it. Undefined means not sent. */
export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

/** A copy of the object with one key set, or removed when `part` is undefined; undefined when nothing is left. */
export function withPart(object: JsonObject, name: string, part: Json | undefined): JsonObject | undefined {
  const { [name]: _former, ...others } = object;
  const result = part === undefined ? others : { ...object, [name]: part };
  return Object.keys(result).length === 0 ? undefined : result;
}
