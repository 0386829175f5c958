/**
 * An input without the keys that the client did not send. An input object's class may leave those with the value
 * undefined, which GraphQL itself does not know; the services judge by presence.
 */
export function sentFields<Input extends object>(input: Input): Input {
  const sent = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(sent) as Input;
}
