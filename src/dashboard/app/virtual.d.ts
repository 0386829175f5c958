declare module 'virtual:schema-types' {
  /** The names of the schema's object types that have no `id`. */
  export const keylessTypes: readonly string[];
  /** The names of the object types of each union and interface. */
  export const possibleTypes: Readonly<Record<string, string[]>>;
}
