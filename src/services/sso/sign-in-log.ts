import { randomInt } from 'node:crypto';
import { integer, nullable, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { query, rowOf } from '../../database/query.js';
import { selection, statement } from '../../database/statement.js';
import { selectList, TABLES } from '../../database/tables.js';
import { isId, newId } from '../../domain/ids.js';
import { SIGN_IN_REFUSAL_REASONS, type SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { SignInLogEntry } from '../../model/sign-in-log.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { ssoRequiredFor } from '../rows/sso.js';

/** The letters and digits of a reference, without those that look alike, so that people can read it out. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LONGEST_TEXT = 1000;
/** The most entries that are kept, because strangers can add to the log. */
const MOST_ENTRIES = 5000;
const KEPT_DAYS = 90;

/** A refused sign-in to a workspace. */
export interface RefusedSignIn {
  /** The workspace of the request, which may not exist. */
  readonly workspaceId: string;
  readonly refusal: Pick<SignInRefusal, 'reason' | 'detail' | 'address' | 'subject'>;
  readonly networkAddress: string;
}

/**
 * Writes a refused sign-in into the log of the workspace (rule 45). The sign-in routes call it.
 * @returns the reference that the person is shown; for an unknown workspace, one without an entry
 * @throws DomainError RATE_LIMITED: refused sign-ins count as wrong credentials, so that nobody fills the log with them
 */
export async function recordRefusal(context: ServiceContext, refused: RefusedSignIn): Promise<string> {
  await context.rateLimits.takeWrongCredential('', context.caller);
  if (!isId(refused.workspaceId)) return newReference();
  return insertEntry(context, context.database, refused);
}

async function insertEntry(
  context: ServiceContext,
  sql: Sql,
  { workspaceId, refusal, networkAddress }: RefusedSignIn,
): Promise<string> {
  const reference = newReference();
  const { reason, detail, address, subject } = refusal;
  await RECORD.rows(sql, {
    id: newId(),
    workspaceId,
    reference,
    at: context.clock(),
    reason,
    address: storable(address),
    subject: storable(subject),
    detail: storable(detail),
    networkAddress,
    most: MOST_ENTRIES,
    days: KEPT_DAYS,
  });
  return reference;
}

/**
 * Records a mail link sign-in in the log of every workspace that requires its provider, and which the session therefore
 * does not open (rule 43). Owners may use mail links.
 * @returns whether there are any, which `closedWorkspaces` then lists
 */
export async function recordMailLinkRefused(
  context: ServiceContext,
  tx: Transaction,
  { accountId, email, networkAddress }: { accountId: string; email: string; networkAddress: string },
): Promise<boolean> {
  const refusal = { reason: 'SSO_REQUIRED', detail: null, address: email, subject: null } as const;
  const requiring = await REQUIRING.rows(tx, { accountId });
  for (const { workspaceId } of requiring)
    await insertEntry(context, tx, { workspaceId, refusal, networkAddress });
  return requiring.length > 0;
}

/** A workspace that a session by mail link does not open, because it requires its provider. */
export interface ClosedWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  /** Finds the person's last entry in the workspace's sign-in log (rule 45). */
  readonly reference: string;
}

/** The caller's workspaces that the session does not open, by name. Only sessions by mail link have any. */
export async function closedWorkspaces({ caller, database }: ServiceContext): Promise<ClosedWorkspace[]> {
  const { actor } = caller;
  if (actor?.type !== 'PERSON' || actor.method !== 'MAIL_LINK') return [];
  return CLOSED.rows(database, { accountId: actor.accountId, email: actor.email });
}

/** Such as `4KD7Q-M2XHP`: 49 random bits. */
function newReference(): string {
  const text = Array.from({ length: 10 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

/** Provider values can have any form and length. */
function storable(text: string | null): string | null {
  return text === null
    ? null
    : text
        .toWellFormed()
        .replaceAll(/\p{Cc}/gu, ' ')
        .slice(0, LONGEST_TEXT);
}

/** Adds an entry, and deletes a few that are too old or exceed the maximum. */
const RECORD = statement({
  name: 'signInLog.record',
  text: `
    with forgotten as (
      delete from sign_in_log_entry where id in (
        select id from sign_in_log_entry
        where workspace_id = $workspaceId and at < $at::timestamptz - make_interval(days => $days) order by id limit 10)
      or id in (
        select id from sign_in_log_entry where workspace_id = $workspaceId order by id desc offset $most::integer limit 10))
    insert into sign_in_log_entry
      (id, workspace_id, reference, at, reason, address, subject, detail, network_address)
    select $id, w.id, $reference, $at, $reason, $address, $subject, $detail, $networkAddress
    from workspace w where w.id = $workspaceId`,
  parameters: {
    id: uuid,
    workspaceId: uuid,
    reference: text,
    at: timestamptz,
    reason: oneOf(SIGN_IN_REFUSAL_REASONS),
    address: nullable(text),
    subject: nullable(text),
    detail: nullable(text),
    networkAddress: text,
    most: integer,
    days: integer,
  },
});

/** The members `m` with an account in workspaces that require their provider. Owners may use mail links. */
const MUST_USE_PROVIDER = `
  member m join membership s on s.member_id = m.id and s.ended_at is null and s.role <> 'OWNER'
  where m.account_id = $accountId and ${ssoRequiredFor('m.workspace_id', 'm.account_id')}`;

const REQUIRING = statement({
  name: 'signInLog.workspacesRequiringProvider',
  text: `select m.workspace_id as "workspaceId" from ${MUST_USE_PROVIDER}`,
  parameters: { accountId: uuid },
  columns: { workspaceId: uuid },
});

const CLOSED = statement({
  name: 'signInLog.closedWorkspaces',
  text: `
    select w.id as "workspaceId", w.name, l.reference
    from (select m.workspace_id from ${MUST_USE_PROVIDER}) c
    join workspace w on w.id = c.workspace_id
    cross join lateral (
      select e.reference from sign_in_log_entry e
      where e.workspace_id = w.id and e.reason = 'SSO_REQUIRED' and e.address = $email order by e.id desc limit 1) l
    order by w.name, w.id`,
  parameters: { accountId: uuid, email: text },
  columns: { workspaceId: uuid, name: text, reference: text },
});

const ENTRIES = selection({
  name: 'signInLog.list',
  columns: selectList(TABLES.signInLogEntry, 'l'),
  types: TABLES.signInLogEntry.columns,
  from: 'sign_in_log_entry l',
});

/**
 * The refused sign-ins of a workspace, newest first.
 * @param reference finds the entry with this reference, in any case and with any blanks
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  { reference = null }: { readonly reference?: string | null },
  page: PageArguments,
): Promise<Page<SignInLogEntry>> {
  await authorize(context, 'signInLog.read', workspaceId);
  const values = reference === null ? [workspaceId] : [workspaceId, canonical(reference)];
  const where = reference === null ? 'l.workspace_id = $1' : 'l.workspace_id = $1 and l.reference = $2';
  return new Page<SignInLogEntry>(
    context.batched,
    { ...ENTRIES, where, values, id: 'l.id', descending: true },
    page,
    asIs,
  );
}

/**
 * One entry of the sign-in log.
 * @returns null when there is none with that id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<SignInLogEntry | null> {
  await authorize(context, 'signInLog.read', workspaceId);
  const entry = await rowOf(
    context.reads,
    query
      .selectFrom('signInLogEntry')
      .select(TABLES.signInLogEntry.properties)
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', id),
  );
  return entry ?? null;
}

function canonical(reference: string): string {
  const text = reference.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}
