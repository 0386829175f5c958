import { browserName } from '../../auth/browser.js';
import { networkOf } from '../../auth/remote-address.js';
import { hashSecret, type MintedSecret, mintSecret, readSecret, sameHash } from '../../auth/secret.js';
import { integer, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { type RowOf, statement } from '../../database/statement.js';
import { isAddress } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { SignInLink } from '../../model/sign-in-link.js';
import type { ServiceContext } from '../context/service-context.js';
import { acceptAs } from '../invitations/accept.js';
import { findAccountByEmail, findOrCreateAccount } from '../rows/accounts.js';
import { findByToken } from '../rows/invitations.js';
import { type MintedSession, openSession } from '../sessions/open.js';
import { recordMailLinkRefused } from '../sso/sign-in-log.js';

const MINUTES = 15;
const MOST_WRONG_CODES = 5;
/** How long expired links are kept, so that a late click gets an explanation. */
const KEPT_MS = 86_400_000;

/** The origin of a browser's request. */
export interface Browser {
  readonly address: string;
  readonly userAgent: string | null;
}

/** The cookie of a browser that requested a link; it serves all its links that still work. */
export interface RequestedLink {
  readonly browserToken: string;
  readonly expiresAt: Date;
}

/** The session of a person who has signed in, and the path to open. */
export interface SignedIn {
  readonly session: MintedSession;
  readonly returnTo: string;
  /** Whether some of the person's workspaces require their provider, so that the session does not open them. */
  readonly isPartial: boolean;
}

/**
 * Mails a link to an address, if somebody on the platform has it (rule 46). Anybody may call it. The result and its
 * duration are the same for an address without an account, because the mail is sent in the background.
 * @param returnTo a path of this server
 * @param invitation the token of an invitation that the link accepts; the address then needs no account
 * @param browserToken the cookie of a browser that requested a link before
 * @param urlOf the URL of the page that opens the link with a token
 * @throws DomainError FORBIDDEN when no mail can be sent; INVALID_INPUT; NOT_FOUND for the invitation; RATE_LIMITED
 */
export async function requestLink(
  context: ServiceContext,
  input: {
    readonly email: string;
    readonly returnTo: string;
    readonly invitation?: string | null;
    readonly browser: Browser;
    readonly browserToken: string | undefined;
    readonly urlOf: (token: string) => string;
  },
): Promise<RequestedLink> {
  const { returnTo, invitation = null, browser } = input;
  const { mailer, rateLimits } = context;
  if (mailer?.sends !== true)
    throw new DomainError('FORBIDDEN', 'This server sends no mail: only single sign-on works here.');
  const email = input.email.trim();
  if (!isAddress(email)) {
    throw new DomainError('INVALID_INPUT', 'This is not an e-mail address.', {
      attribute: 'email',
      hint: 'Enter it in the form ann@example.com.',
    });
  }
  await rateLimits.take('linksFrom', networkOf(browser.address));
  await rateLimits.take('linksTo', canonicalUserName(email));
  const invitationLookup = invitation === null ? null : await invitationFor(context, invitation, email);
  const account = await findAccountByEmail(context.database, email);
  const link = mintSecret('link');
  const now = context.clock();
  const cookie = (await knownBrowser(context, input.browserToken, now)) ?? mintSecret('browser');
  const expiresAt = new Date(now.getTime() + MINUTES * 60_000);
  await context.database.transaction(async (tx) => {
    await FORGET_OLD.rows(tx, { before: new Date(now.getTime() - KEPT_MS) });
    tx.em.create(
      SignInLink,
      {
        id: newId(),
        accountId: account?.id ?? null,
        email,
        invitationLookup,
        lookup: link.lookup,
        hash: link.hash,
        browserLookup: cookie.lookup,
        browserHash: cookie.hash,
        codeHash: codeHash(cookie.secret, codeOf(link.secret)),
        wrongCodes: 0,
        returnTo,
        requestedFrom: browser.address,
        userAgent: browser.userAgent,
        createdAt: now,
        expiresAt,
        usedAt: null,
      },
      { persist: true },
    );
  });
  if (account !== undefined || invitationLookup !== null) {
    mailer.sendSignInLink({
      to: account?.email ?? email,
      url: input.urlOf(link.secret),
      requestedFrom: browser.address,
      browser: browserName(browser.userAgent) ?? 'an unknown browser',
      minutes: MINUTES,
    });
  }
  return { browserToken: cookie.secret, expiresAt };
}

/** The cookie of a browser with a link that still works: a new cookie would make that link useless there. */
async function knownBrowser(
  { database }: ServiceContext,
  secret: string | undefined,
  now: Date,
): Promise<Pick<MintedSecret, 'secret' | 'lookup' | 'hash'> | undefined> {
  if (secret === undefined) return undefined;
  const cookie = readSecret(secret);
  if (cookie?.kind !== 'browser') return undefined;
  const links = await OF_BROWSER.rows(database, { browserLookup: cookie.lookup, now });
  const link = links.find((found) => isOfBrowser(found, secret));
  return link && { secret, lookup: cookie.lookup, hash: link.browserHash };
}

/** @returns the lookup of the invitation @throws DomainError NOT_FOUND; FORBIDDEN for another address than the invited one */
async function invitationFor(context: ServiceContext, token: string, email: string): Promise<string> {
  const found = await findByToken(context.database, token, email);
  if (found === undefined) throw new DomainError('NOT_FOUND', 'There is no such invitation.');
  if (found.isForBearer) return found.lookup;
  throw new DomainError('FORBIDDEN', 'This invitation is for another e-mail address.', {
    hint: 'Use the address to which it was sent.',
  });
}

/** The state of a link for the browser that opens it. */
export type OpenedLink =
  /** The link signs in here, as this person. */
  | { readonly kind: 'HERE'; readonly email: string }
  /** The link was requested in another browser, which accepts the code. */
  | {
      readonly kind: 'ELSEWHERE';
      readonly code: string;
      readonly requestedFrom: string;
      readonly browser: string | null;
    };

/**
 * Reads the state of a link for the browser that opens it. The link is the only credential. It changes nothing, so that
 * programs that fetch the links of a mail do not use them up.
 * @param browserToken the cookie of a browser that requested a link
 * @throws DomainError UNAUTHENTICATED for a link that is unknown, used or expired; RATE_LIMITED for too many of these
 */
export async function openLink(
  context: ServiceContext,
  { token, browserToken }: { readonly token: string; readonly browserToken: string | undefined },
): Promise<OpenedLink> {
  const link = await findLink(context, token);
  if (isOfBrowser(link, browserToken)) return { kind: 'HERE', email: link.email };
  return {
    kind: 'ELSEWHERE',
    code: codeOf(token),
    requestedFrom: link.requestedFrom,
    browser: browserName(link.userAgent),
  };
}

/**
 * Signs in with a link, once, in the browser that requested it.
 * @throws DomainError as `openLink` does; what the invitation is refused for, with which the link was asked for
 */
export async function signInWithLink(
  context: ServiceContext,
  {
    token,
    browserToken,
    browser,
  }: { readonly token: string; readonly browserToken: string | undefined; readonly browser: Browser },
): Promise<SignedIn> {
  const link = await findLink(context, token);
  if (!isOfBrowser(link, browserToken)) throw linkClosed();
  return context.database.transaction((tx) => signIn(context, tx, link.id, browser));
}

/**
 * Signs in with the code that another browser shows, in the browser that requested the link.
 * @throws DomainError UNAUTHENTICATED, with the attribute code while another try is possible; RATE_LIMITED; as
 *   `signInWithLink`
 */
export async function signInWithCode(
  context: ServiceContext,
  {
    code,
    browserToken,
    browser,
  }: { readonly code: string; readonly browserToken: string | undefined; readonly browser: Browser },
): Promise<SignedIn> {
  const cookie = readSecret(browserToken ?? '');
  if (browserToken === undefined || cookie?.kind !== 'browser')
    throw await unknownToken(context, browserToken ?? '');
  // The try is counted before the code is compared, so that concurrent tries are counted too.
  const counted = await COUNT_TRY.rows(context.database, {
    browserLookup: cookie.lookup,
    now: context.clock(),
    most: MOST_WRONG_CODES,
  });
  const links = counted.filter((link) => isOfBrowser(link, browserToken));
  if (links.length === 0) throw await unknownToken(context, browserToken);
  const hash = codeHash(browserToken, normalizedCode(code));
  const link = links.find(({ codeHash: expected }) => sameHash(expected, hash));
  if (link === undefined) {
    throw new DomainError('UNAUTHENTICATED', 'This is not the code.', {
      attribute: 'code',
      hint: 'Open the link in the mail, and type the code that its page shows.',
    });
  }
  return context.database.transaction((tx) => signIn(context, tx, link.id, browser));
}

async function signIn(
  context: ServiceContext,
  tx: Transaction,
  linkId: string,
  { address, userAgent }: Browser,
): Promise<SignedIn> {
  const link = await USE.row(tx, { id: linkId, now: context.clock() });
  if (link === undefined) throw linkClosed();
  if (link.invitationLookup !== null) await findOrCreateAccount(tx, link.email);
  const account = await findAccountByEmail(tx, link.email);
  // The address had no account when the link was requested, so it was never mailed.
  if (account === undefined) throw linkClosed();
  const sessionId = newId();
  const proven = {
    sessionId,
    accountId: account.id,
    email: account.email,
    method: 'MAIL_LINK' as const,
    workspaceId: null,
  };
  if (link.invitationLookup !== null) await acceptAs(context, tx, link.invitationLookup, proven);
  const session = await openSession(context, tx, { ...proven, provider: null, address, userAgent });
  const { id: accountId, email } = account;
  const isPartial = await recordMailLinkRefused(context, tx, { accountId, email, networkAddress: address });
  return { session, returnTo: link.returnTo, isPartial };
}

const LINK_COLUMNS = `
  id, email, hash, browser_lookup as "browserLookup", browser_hash as "browserHash", code_hash as "codeHash",
  asked_from as "requestedFrom", user_agent as "userAgent"`;
const LINK_TYPES = {
  id: uuid,
  email: text,
  hash: text,
  browserLookup: text,
  browserHash: text,
  codeHash: text,
  requestedFrom: text,
  userAgent: nullable(text),
};
type LinkRow = RowOf<typeof LINK_TYPES>;

const FIND = statement({
  name: 'signInLinks.find',
  text: `select ${LINK_COLUMNS} from sign_in_link where lookup = $lookup and used_at is null and expires_at > $now`,
  parameters: { lookup: text, now: timestamptz },
  columns: LINK_TYPES,
});

const OF_BROWSER = statement({
  name: 'signInLinks.ofBrowser',
  text: `
    select browser_hash as "browserHash" from sign_in_link
    where browser_lookup = $browserLookup and used_at is null and expires_at > $now`,
  parameters: { browserLookup: text, now: timestamptz },
  columns: { browserHash: text },
});

const COUNT_TRY = statement({
  name: 'signInLinks.countTry',
  text: `
    update sign_in_link set wrong_codes = wrong_codes + 1
    where browser_lookup = $browserLookup and used_at is null and expires_at > $now and wrong_codes < $most
    returning ${LINK_COLUMNS}`,
  parameters: { browserLookup: text, now: timestamptz, most: integer },
  columns: LINK_TYPES,
});

const USE = statement({
  name: 'signInLinks.use',
  text: `
    update sign_in_link set used_at = $now where id = $id and used_at is null and expires_at > $now
    returning email, invitation_lookup as "invitationLookup", return_to as "returnTo"`,
  parameters: { id: uuid, now: timestamptz },
  columns: { email: text, invitationLookup: nullable(text), returnTo: text },
});

const FORGET_OLD = statement({
  name: 'signInLinks.forgetOld',
  text: 'delete from sign_in_link where expires_at < $before',
  parameters: { before: timestamptz },
});

async function findLink(context: ServiceContext, token: string): Promise<LinkRow> {
  const secret = readSecret(token);
  const link =
    secret?.kind === 'link'
      ? await FIND.row(context.database, { lookup: secret.lookup, now: context.clock() })
      : undefined;
  if (link !== undefined && sameHash(link.hash, hashSecret(token))) return link;
  throw await unknownToken(context, token);
}

/** Counts a token that opens no link. @returns its refusal @throws DomainError RATE_LIMITED */
async function unknownToken({ rateLimits, caller }: ServiceContext, token: string): Promise<DomainError> {
  await rateLimits.takeWrongCredential(token, caller);
  return linkClosed();
}

function isOfBrowser(
  { browserHash }: Pick<LinkRow, 'browserHash'>,
  browserToken: string | undefined,
): boolean {
  return browserToken !== undefined && sameHash(browserHash, hashSecret(browserToken));
}

function linkClosed(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'This link has been used, or is older than 15 minutes.', {
    hint: 'Request a new link.',
  });
}

/** Letters and digits that are not confused when they are read aloud or typed. */
const CODE_SIGNS = 'BCDFGHJKLMNPQRSTVWXZ23456789';
const CODE_LENGTH = 8;

/** The code of a link, which only somebody with the link can compute. */
function codeOf(token: string): string {
  const digest = Buffer.from(hashSecret(`code ${token}`), 'hex');
  return Array.from({ length: CODE_LENGTH }, (_, place) => {
    // With four bytes per sign, the bias of the remainder towards the first signs is negligible.
    return CODE_SIGNS[digest.readUInt32BE(place * 4) % CODE_SIGNS.length];
  }).join('');
}

function normalizedCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** The code has too few possibilities to be hashed alone, so the secret cookie is part of the hash. */
function codeHash(browserToken: string, code: string): string {
  return hashSecret(`${browserToken} ${code}`);
}
