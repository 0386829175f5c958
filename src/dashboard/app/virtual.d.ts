declare module 'virtual:keyless-types' {
  /** The names of the schema's object types that have no `id`. */
  const names: readonly string[];
  export default names;
}
