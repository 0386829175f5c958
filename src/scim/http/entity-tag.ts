/**
 * The versions that an If-Match or If-None-Match header names: `any` for `*`, undefined without the header.
 * Tags that are not ours name no version, so they match nothing.
 */
export type VersionCondition = 'any' | readonly number[] | undefined;

/** RFC 7644 §3.14: the ETag, weak because the same version may be rendered differently. */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Reads If-Match and If-None-Match. Both `W/"3"` and `"3"` name version 3: RFC 7232 §3.1 would have If-Match compare
 * strongly, and RFC 7644 §3.14 sends weak tags with it all the same.
 */
export function versionCondition(header: string | undefined): VersionCondition {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  // Nine digits at most: more would not fit GraphQL's Int, and no version gets there.
  return [...header.matchAll(/(?:^|,)\s*(?:W\/)?"(\d{1,9})"(?=\s*(?:,|$))/g)].map(([, digits]) =>
    Number(digits),
  );
}

/** Whether a resource of that version meets the condition. Without a condition there is nothing to meet. */
export function meets(condition: VersionCondition, version: number): boolean {
  return condition === undefined || condition === 'any' || condition.includes(version);
}
