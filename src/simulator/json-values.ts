export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/**
 * @returns whether the value is a JSON object. `typeof` alone would accept null and arrays.
 */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Follows a path of names into a value. The path is an array because an extension's URN contains dots.
 * @returns the value there, or undefined when any part of the path is absent.
 */
export function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const name of path) {
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/**
 * @returns the objects in the array at a path, without entries of other types; empty when there is no array.
 */
export function objectsAt(value: JsonValue | undefined, path: readonly string[]): readonly JsonObject[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

const SHOWN_CHARACTERS = 300;

/**
 * Formats a value for a terminal: as JSON, which escapes line breaks and control characters, and shortened.
 */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
