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

/** A workspace that a sign-in by mail link does not open, because it requires its provider. */
export interface ClosedWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  /** Finds the entry in the workspace's sign-in log. */
  readonly reference: string;
}

/**
 * Records a mail link sign-in in the log of every workspace that requires its provider, and which the session therefore
 * does not open (rule 43). Owners may use mail links.
 * @returns these workspaces, with what the person is shown (rule 45)
 */
export async function recordMailLinkRefused(
  context: ServiceContext,
  tx: Transaction,
  { accountId, email, networkAddress }: { accountId: string; email: string; networkAddress: string },
): Promise<ClosedWorkspace[]> {
  const refusal = { reason: 'SSO_REQUIRED', detail: null, address: email, subject: null } as const;
  const closed: ClosedWorkspace[] = [];
  for (const { workspaceId, name } of await REQUIRING.rows(tx, { accountId })) {
    const reference = await insertEntry(context, tx, { workspaceId, refusal, networkAddress });
    closed.push({ workspaceId, name, reference });
  }
  return closed;
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

const REQUIRING = statement({
  name: 'signInLog.workspacesRequiringProvider',
  text: `
    select m.workspace_id as "workspaceId", w.name from member m
    join workspace w on w.id = m.workspace_id
    join membership s on s.member_id = m.id and s.ended_at is null and s.role <> 'OWNER'
    where m.account_id = $accountId and ${ssoRequiredFor('m.workspace_id', 'm.account_id')}
    order by w.name, w.id`,
  parameters: { accountId: uuid },
  columns: { workspaceId: uuid, name: text },
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
