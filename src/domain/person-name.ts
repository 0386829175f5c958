/** The attributes of a profile that name the person; `unknown` because stored profiles are JSON. */
export interface NamedProfile {
  readonly displayName?: unknown;
  readonly name?: unknown;
}

/**
 * The name of a person as people read it: the display name, else the formatted name, else given and family name, else the
 * userName (RFC 7643 §4.1.1).
 */
export function personName({ displayName, name }: NamedProfile, userName: string): string {
  const { formatted, givenName, familyName }: Partial<Record<string, unknown>> =
    typeof name === 'object' && name !== null ? name : {};
  const parts = [givenName, familyName].filter(isText).join(' ');
  return [displayName, formatted, parts].find(isText) ?? userName;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
