const ANSWERS_FIT = ['application/scim+json', 'application/json', 'application/*', '*/*', '*'];

const MEDIA_RANGE = /^(\*(?:\/\*)?|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))\s*(?:;|$)/;
const NO_QUALITY = /;\s*q\s*=\s*"?0(?:\.0*)?"?\s*(?:;|$)/i;

/**
 * Whether whoever sends this Accept header (RFC 9110 §12.5.1) can be answered in `application/scim+json` (RFC 7644
 * §3.8), which is JSON, so that `application/json` will do.
 *
 * Parameters are not looked at, but for `q=0`. No header, an empty one, and one that names no media type at all ask for
 * nothing in particular.
 */
export function acceptsScim(accept: string | undefined): boolean {
  // What nearly every provider sends, again and again.
  if (accept !== undefined && ANSWERS_FIT.includes(accept)) return true;
  const ranges = (accept ?? '').split(',').flatMap((text) => {
    const range = text.trim();
    const [, type] = MEDIA_RANGE.exec(range) ?? [];
    return type === undefined ? [] : [{ type: type.toLowerCase(), refused: NO_QUALITY.test(range) }];
  });
  return ranges.length === 0 || ranges.some(({ type, refused }) => !refused && ANSWERS_FIT.includes(type));
}
