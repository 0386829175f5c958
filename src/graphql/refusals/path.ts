/**
 * Finds an attribute in the client's input, so that an error names the path that the client used: `creditLimit` is at
 * `access.roleAccess.creditLimit` of one input and at the top of another.
 * @param sent a mutation's `input`, or the arguments of a query's field
 * @param attribute a name, or names joined by points
 * @returns the names from the outermost to the innermost; the attribute's own names if the client did not send it
 */
export function pathIn(sent: object, attribute: string): string[] {
  const names = attribute.split('.');
  let level: Place[] = [{ value: sent, path: [] }];
  while (level.length > 0) {
    const found = level.find(({ value }) => Object.hasOwn(value, names[0] ?? ''));
    if (found !== undefined) return [...found.path, ...names];
    level = level.flatMap(placesInside);
  }
  return names;
}

interface Place {
  readonly value: object;
  readonly path: readonly string[];
}

function placesInside({ value, path }: Place): Place[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? [{ value: inner, path: [...path, name] }] : [],
  );
}
