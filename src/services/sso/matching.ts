import { text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { domainOf } from '../../domain/canonical.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { findAccountByEmail } from '../rows/accounts.js';
import type { SignInSettings } from './settings.js';

/** The identity that a provider asserted. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** The person's SCIM `externalId`: the subject, or for Entra the `oid`. */
  readonly externalId: string;
  /** Null when the provider sent none. */
  readonly address: string | null;
  /** The claim `email_verified`; null when it is absent. */
  readonly addressVerified: boolean | null;
  /** Google: the organization that the account belongs to. */
  readonly hostedDomain: string | null;
}

/** The member that an identity belongs to, and how it was recognized. */
export interface Recognized {
  readonly memberId: string;
  readonly by: 'SUBJECT' | 'EXTERNAL_ID' | 'ADDRESS';
}

type Connection = Pick<SignInSettings, 'workspaceId' | 'connectionId' | 'provider'>;

/**
 * Finds the member of the connection's workspace to whom an identity belongs (rule 40); the first match wins. The
 * member may be inactive.
 * @returns undefined when the workspace has no such member
 */
export async function recognize(
  sql: Sql,
  connection: Connection,
  identity: ProvenIdentity,
): Promise<Recognized | undefined> {
  const { workspaceId } = connection;
  const { issuer, subject, externalId, address } = identity;
  const bySubject = await BY_SUBJECT.row(sql, { workspaceId, issuer, subject });
  if (bySubject !== undefined) return { ...bySubject, by: 'SUBJECT' };
  const byExternalId = await BY_EXTERNAL_ID.rows(sql, { workspaceId, externalId });
  // An externalId is not unique: one that two members have identifies neither.
  if (byExternalId[0] !== undefined && byExternalId.length === 1)
    return { ...byExternalId[0], by: 'EXTERNAL_ID' };
  if (address === null || !(await isAddressProven(sql, connection, identity))) return undefined;
  const account = await findAccountByEmail(sql, address);
  const byAddress = account && (await BY_ACCOUNT.row(sql, { workspaceId, accountId: account.id }));
  return byAddress && { ...byAddress, by: 'ADDRESS' };
}

/**
 * Whether the address is proven: it is verified, or the provider does not say and the domain is the connection's (rule
 * 40).
 */
export async function isAddressProven(
  sql: Sql,
  connection: Connection,
  { address, addressVerified }: ProvenIdentity,
): Promise<boolean> {
  if (address === null) return false;
  return addressVerified ?? (await isOfVerifiedDomain(sql, connection, address));
}

/** Whether the address is in a verified domain of the connection. */
export async function isOfVerifiedDomain(
  sql: Sql,
  { connectionId }: Connection,
  address: string,
): Promise<boolean> {
  const domains = await verifiedDomains(sql, connectionId);
  const domain = domainOf(address);
  return domain !== undefined && domains.includes(domain);
}

/**
 * Anybody can have a Google account, even with the address of a former employer. Only accounts of an organization are
 * accepted; if the connection has domains, only of these.
 * @throws SignInRefusal OUTSIDE_ORGANIZATION
 */
export async function requireOrganization(
  sql: Sql,
  { connectionId, provider }: Connection,
  { hostedDomain, address, subject }: ProvenIdentity,
): Promise<void> {
  if (provider !== 'GOOGLE_WORKSPACE') return;
  const domains = await verifiedDomains(sql, connectionId);
  const isInside =
    hostedDomain !== null && (domains.length === 0 || domains.includes(hostedDomain.toLowerCase()));
  if (isInside) return;
  const detail = hostedDomain === null ? 'The claim hd is missing.' : `The claim hd is "${hostedDomain}".`;
  throw new SignInRefusal('OUTSIDE_ORGANIZATION', detail, { address, subject });
}

/** Stores the subject of a member (rule 40). @returns false when it was stored before */
export async function remember(
  sql: Sql,
  workspaceId: string,
  { issuer, subject }: ProvenIdentity,
  memberId: string,
): Promise<boolean> {
  const inserted = await REMEMBER.row(sql, { workspaceId, issuer, subject, memberId });
  return inserted !== undefined;
}

async function verifiedDomains(sql: Sql, connectionId: string): Promise<string[]> {
  const rows = await rowsOf(
    sql,
    query
      .selectFrom('ssoDomain')
      .select('domain')
      .where('connectionId', '=', connectionId)
      .where('verifiedAt', 'is not', null),
  );
  return rows.map(({ domain }) => domain);
}

const BY_SUBJECT = statement({
  name: 'sso.memberBySubject',
  text: `
    select member_id as "memberId" from sso_subject
    where workspace_id = $workspaceId and issuer = $issuer and subject = $subject`,
  parameters: { workspaceId: uuid, issuer: text, subject: text },
  columns: { memberId: uuid },
});

const BY_EXTERNAL_ID = statement({
  name: 'sso.membersByExternalId',
  text: 'select id as "memberId" from member where workspace_id = $workspaceId and external_id = $externalId limit 2',
  parameters: { workspaceId: uuid, externalId: text },
  columns: { memberId: uuid },
});

const BY_ACCOUNT = statement({
  name: 'sso.memberByAccount',
  text: 'select id as "memberId" from member where workspace_id = $workspaceId and account_id = $accountId',
  parameters: { workspaceId: uuid, accountId: uuid },
  columns: { memberId: uuid },
});

/** Selects the member again, so that a subject is never stored for a member of another workspace. */
const REMEMBER = statement({
  name: 'sso.rememberSubject',
  text: `
    insert into sso_subject (workspace_id, issuer, subject, member_id, first_seen_at)
    select m.workspace_id, $issuer, $subject, m.id, now() from member m
    where m.workspace_id = $workspaceId and m.id = $memberId
    on conflict do nothing returning member_id as "memberId"`,
  parameters: { workspaceId: uuid, issuer: text, subject: text, memberId: uuid },
  columns: { memberId: uuid },
});
