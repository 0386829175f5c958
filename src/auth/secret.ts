import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_KINDS = [
  'key',
  'session',
  'operator_session',
  'invitation',
  /** In an invitation mail. */
  'mailed',
  /** In a sign-in link. */
  'link',
  /** In a cookie of the browser that requested the sign-in link. */
  'browser',
] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** A new secret, with the values that are stored for it. The secret itself is shown once and never stored (rule 26). */
export interface MintedSecret {
  readonly secret: string;
  /** Finds the stored row; not secret. */
  readonly lookup: string;
  /** SHA-256 of the secret, in hex. It has 256 random bits, so a slow hash would add nothing. */
  readonly hash: string;
  /** The part that lists show, to recognize the secret. */
  readonly prefix: string;
}

const SECRET = new RegExp(`^rollcall_(${SECRET_KINDS.join('|')})_([0-9a-f]{16})_[\\w-]{43}$`);

/** Mints a secret. The fixed prefix lets secret scanners find one that leaked. */
export function mintSecret(kind: SecretKind): MintedSecret {
  const lookup = randomBytes(8).toString('hex');
  const prefix = `rollcall_${kind}_${lookup}`;
  const secret = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { secret, lookup, hash: hashSecret(secret), prefix };
}

/** An invitation's token, and the secret that only its mail contains. */
export interface MintedInvitationToken extends MintedSecret {
  readonly mailed: string;
}

/**
 * Mints the token of an invitation. The inviter sees the token; the mail contains a secret whose hash is the token, so
 * that the secret also proves that the mail was received.
 */
export function mintInvitationToken(): MintedInvitationToken {
  const { secret: mailed, lookup } = mintSecret('mailed');
  const secret = invitationTokenOf(mailed);
  return { secret, lookup, hash: hashSecret(secret), prefix: `rollcall_invitation_${lookup}`, mailed };
}

/** The token of the invitation whose mail contained the secret. */
export function invitationTokenOf(mailed: string): string {
  const [, lookup = '', random = ''] = /^rollcall_mailed_([0-9a-f]{16})_(.*)$/.exec(mailed) ?? [];
  return `rollcall_invitation_${lookup}_${hash('sha256', random, 'base64url')}`;
}

/** SHA-256 in hex, as it is stored. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}

/** Reads the kind and the lookup of a secret; undefined when the text does not have the form of one. */
export function readSecret(text: string): { kind: SecretKind; lookup: string } | undefined {
  const [, kindName, lookup] = SECRET.exec(text) ?? [];
  const kind = SECRET_KINDS.find((known) => known === kindName);
  if (kind === undefined || lookup === undefined) return undefined;
  return { kind, lookup };
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/**
 * The credential in an Authorization header. Okta's header-auth app sends the token without a scheme; others send
 * `Bearer`, in any case and with any blanks.
 */
export function credentialIn(authorization: string | undefined): string | undefined {
  const credential = authorization
    ?.trim()
    .replace(/^bearer(\s+|$)/i, '')
    .trim();
  return credential === '' ? undefined : credential;
}
