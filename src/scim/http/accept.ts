const ADMITTING = ['application/scim+json', 'application/json', 'application/*', '*/*', '*'];

const MEDIA_RANGE = /^(\*(?:\/\*)?|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))\s*(?:;|$)/;
const NO_QUALITY = /;\s*q\s*=\s*"?0(?:\.0*)?"?\s*(?:;|$)/i;

/**
 * Whether an Accept header (RFC 9110 §12.5.1) admits `application/scim+json` (RFC 7644 §3.8). `application/json` admits
 * it too. Of the parameters, only `q=0` counts. A header that is missing, empty, or names no media type admits everything.
 */
export function acceptsScim(accept: string | undefined): boolean {
  // The fast path: nearly every provider sends one of these.
  if (accept !== undefined && ADMITTING.includes(accept)) return true;
  const ranges = (accept ?? '').split(',').flatMap((text) => {
    const range = text.trim();
    const [, type] = MEDIA_RANGE.exec(range) ?? [];
    return type === undefined ? [] : [{ type: type.toLowerCase(), refused: NO_QUALITY.test(range) }];
  });
  return ranges.length === 0 || ranges.some(({ type, refused }) => !refused && ADMITTING.includes(type));
}
