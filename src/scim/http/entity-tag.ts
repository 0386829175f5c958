/**
 * The versions that an If-Match or If-None-Match header names: `any` for `*`, undefined without the header.
 * A tag of another form names no version, so it matches nothing.
 */
export type VersionCondition = 'any' | readonly number[] | undefined;

/** RFC 7644 §3.14: the ETag, weak because the same version may be rendered differently. */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Reads If-Match and If-None-Match. Both `W/"3"` and `"3"` name version 3: RFC 7232 §3.1 requires a strong comparison
 * for If-Match, but RFC 7644 §3.14 sends weak tags in it.
 */
export function versionCondition(header: string | undefined): VersionCondition {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  // Nine digits at most, so that the number fits GraphQL's Int.
  return [...header.matchAll(/(?:^|,)\s*(?:W\/)?"(\d{1,9})"(?=\s*(?:,|$))/g)].map(([, digits]) =>
    Number(digits),
  );
}

/** Whether a resource with this version meets the condition; true without a condition. */
export function meets(condition: VersionCondition, version: number): boolean {
  return condition === undefined || condition === 'any' || condition.includes(version);
}
