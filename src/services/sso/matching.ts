import type { Sql } from '../../database/database.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { domainOf } from '../../domain/sso.js';
import type { SignInSettings } from './settings.js';

/** What a provider has proved about a person. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** What SCIM may know the person by, as `externalId`: the subject, or for Entra the `oid`. */
  readonly externalId: string;
  /** Null when the provider has sent none. */
  readonly address: string | null;
  /** What the provider says about the address; null when it says nothing. */
  readonly addressVerified: boolean | null;
  /** Google: the organization that the account belongs to. */
  readonly hostedDomain: string | null;
}

/** The member whom a provider means, and how they were recognized. */
export interface Recognized {
  readonly memberId: string;
  readonly by: 'SUBJECT' | 'EXTERNAL_ID' | 'ADDRESS';
}

type Connection = Pick<SignInSettings, 'workspaceId' | 'connectionId' | 'provider'>;

/**
 * Tells which member of the connection's workspace the provider means (rule 40); first match wins. Whether the member is
 * active is not asked here.
 * @returns undefined when it is nobody whom the workspace knows
 */
export async function recognize(
  sql: Sql,
  connection: Connection,
  identity: ProvenIdentity,
): Promise<Recognized | undefined> {
  const { workspaceId } = connection;
  const { issuer, subject, externalId, address } = identity;
  const bySubject = await sql.rows<{ memberId: string }>(BY_SUBJECT, [workspaceId, issuer, subject]);
  if (bySubject[0] !== undefined) return { ...bySubject[0], by: 'SUBJECT' };
  const byExternalId = await sql.rows<{ memberId: string }>(BY_EXTERNAL_ID, [workspaceId, externalId]);
  // An externalId is not unique: one that two members have says nothing.
  if (byExternalId[0] !== undefined && byExternalId.length === 1)
    return { ...byExternalId[0], by: 'EXTERNAL_ID' };
  if (address === null || !(await isAddressProven(sql, connection, identity))) return undefined;
  const byAddress = await sql.rows<{ memberId: string }>(BY_ADDRESS, [workspaceId, address]);
  return byAddress[0] === undefined ? undefined : { ...byAddress[0], by: 'ADDRESS' };
}

/** Whether the address counts: it is verified, or the provider is silent and the domain is the connection's (rule 40). */
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
  const found = await sql.rows(
    'select 1 from sso_domain where connection_id = $1 and domain = $2 and verified_at is not null',
    [connectionId, domainOf(address)],
  );
  return found.length > 0;
}

/**
 * Everybody can have a Google account, also with an address of a company that they have left. Only accounts that belong
 * to an organization come in, and to one of the connection's domains where it has some.
 * @throws SignInRefusal OUTSIDE_ORGANIZATION
 */
export async function requireOrganization(
  sql: Sql,
  { connectionId, provider }: Connection,
  { hostedDomain, address, subject }: ProvenIdentity,
): Promise<void> {
  if (provider !== 'GOOGLE_WORKSPACE') return;
  const domains = await sql.rows<{ domain: string }>(
    'select domain from sso_domain where connection_id = $1 and verified_at is not null',
    [connectionId],
  );
  const isInside =
    hostedDomain !== null &&
    (domains.length === 0 || domains.some(({ domain }) => domain === hostedDomain.toLowerCase()));
  if (isInside) return;
  const detail = hostedDomain === null ? 'The claim hd is missing.' : `The claim hd is "${hostedDomain}".`;
  throw new SignInRefusal('OUTSIDE_ORGANIZATION', detail, { address, subject });
}

/** Remembers the subject of a member (rule 40). @returns false when it was remembered before */
export async function remember(
  sql: Sql,
  workspaceId: string,
  { issuer, subject }: ProvenIdentity,
  memberId: string,
): Promise<boolean> {
  const inserted = await sql.rows(REMEMBER, [workspaceId, issuer, subject, memberId]);
  return inserted.length > 0;
}

const BY_SUBJECT = `
  select member_id as "memberId" from sso_subject where workspace_id = $1 and issuer = $2 and subject = $3`;

const BY_EXTERNAL_ID = `
  select id as "memberId" from member where workspace_id = $1 and external_id = $2 limit 2`;

const BY_ADDRESS = `
  select m.id as "memberId" from account a join member m on m.account_id = a.id
  where m.workspace_id = $1 and a.email = $2`;

const REMEMBER = `
  insert into sso_subject (workspace_id, issuer, subject, member_id, first_seen_at)
  select m.workspace_id, $2, $3, m.id, now() from member m where m.workspace_id = $1 and m.id = $4
  on conflict do nothing returning 1`;
