import type { Json, JsonObject } from '../../domain/profile.js';

/** RFC 7643 §2.5: null and an empty list are "unassigned"; OneLogin sends `""` for it. Undefined is not sent at all. */
export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

/** The object with one part set, or with it gone; undefined when nothing is left. The object itself stays as it is. */
export function withPart(object: JsonObject, name: string, part: Json | undefined): JsonObject | undefined {
  const { [name]: _former, ...others } = object;
  const result = part === undefined ? others : { ...object, [name]: part };
  return Object.keys(result).length === 0 ? undefined : result;
}
