/**
 * Returns an input without the keys that the client did not send. type-graphql's input objects may have those with the
 * value undefined, and the services examine which keys are present.
 */
export function sentFields<Input extends object>(input: Input): Input {
  const sent = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(sent) as Input;
}
