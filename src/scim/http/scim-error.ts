/** The kinds of a 400 or 409 that RFC 7644 §3.12 (table 9) and RFC 9865 §2.1 have words for. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/**
 * A fault in how SCIM was spoken (RFC 7644 §3.12), as opposed to a rule that refuses, which is a `DomainError`.
 * `detail` is read by an administrator word for word: Okta shows it as it is.
 */
export class ScimError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly scimType: ScimType | undefined;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.name = 'ScimError';
    this.status = status;
    this.detail = detail;
    this.scimType = scimType;
  }
}
