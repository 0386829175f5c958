import { type Sql, violatedConstraint } from '../../database/database.js';
import type { Access } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { revokeInvitationsOf } from '../invitations/write.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import {
  endMembership,
  insertMember,
  insertMembership,
  membershipDiffers,
  updateMember,
  updateMembership,
} from '../rows/member-statements.js';
import { accessOf, type MemberRow } from '../rows/members.js';
import { namedStatement } from '../rows/parameters.js';
import { exchange, requireFree } from '../seats.js';
import { leaveGroups } from './leave-groups.js';
import { auditFactOf, isDeparture, keepsAccount, requireRow, type Transition } from './transition.js';

/** A transition, and the row that results from it. */
export interface MemberWrite extends Transition {
  readonly after: MemberRow;
}

/** The values that only the database knows. */
type Written = Partial<MemberRow>;

/** One thing that the transition of a member brings about. */
export interface Effect {
  /** Whether it is due for this transition. */
  applies(write: MemberWrite): boolean;
  /**
   * Brings it about in a transaction that holds the member's lock.
   * @returns what the row has afterwards that was not known before
   * @throws DomainError where a rule that the database decides refuses it
   */
  run(context: ServiceContext, sql: Sql, write: MemberWrite): Promise<Written> | Promise<void>;
  /** Refuses beforehand what `run` would refuse, where several members are written and only some may be refused. */
  check?(sql: Sql, write: MemberWrite): Promise<void>;
}

/**
 * Everything that the transition of a member brings about, in the order in which a transaction does it (and takes its
 * locks). The one-statement path implements some of these (`write-in-one-statement.ts`); a transition to which another
 * one applies takes the transaction.
 */
export const EFFECTS = {
  /** Rule 29: "Removing or deleting a member takes the person out of its groups." */
  leaveGroups: {
    applies: (write) => isDeparture(write) && write.row !== null && write.row.groups.length > 0,
    async run(_context, sql, { row }) {
      await leaveGroups(sql, requireRow(row));
      return { groups: [] };
    },
  },
  keepAnOwner: {
    applies: ({ row, next }) => row?.role === 'OWNER' && next?.access?.role !== 'OWNER',
    run: (_context, sql, { workspace, after }) => keepAnOwner(sql, workspace.id, after.id),
    check: (sql, { workspace, after }) => keepAnOwner(sql, workspace.id, after.id),
  },
  revokeInvitations: {
    applies: ({ next }) => next === null,
    run: (context, sql, { row }) => revokeInvitationsOf(context, sql, requireRow(row)),
  },
  /** The account of a new member's address, unless the caller has found it. */
  findAccount: {
    applies: ({ row, accountId }) => row === null && accountId === undefined,
    run: findAccountOf,
  },
  /** Rule 19: another address means another account. */
  changeAccount: {
    applies: changesAccount,
    run: findAccountOf,
  },
  insertMember: {
    applies: ({ row }) => row === null,
    run: (_context, sql, { after }) => refuseDuplicate(after, () => execute(sql, INSERT_MEMBER, after)),
  },
  exchangeSeats: {
    applies: (write) => seatBefore(write) !== seatAfter(write),
    run: (_context, sql, write) => exchange(sql, write.workspace.id, seatBefore(write), seatAfter(write)),
    async check(sql, write) {
      const seatType = seatAfter(write);
      if (seatType !== null) await requireFree(sql, write.workspace.id, seatType);
    },
  },
  openMembership: {
    applies: (write) => accessBefore(write) === null && accessAfter(write) !== null,
    run: (_context, sql, { after }) => execute(sql, INSERT_MEMBERSHIP, after),
  },
  changeMembership: {
    applies: (write) =>
      accessBefore(write) !== null &&
      accessAfter(write) !== null &&
      membershipDiffers(requireRow(write.row), write.after),
    run: (_context, sql, { after }) => execute(sql, UPDATE_MEMBERSHIP, after),
  },
  /** Where the record is deleted, its memberships go with it. */
  endMembership: {
    applies: (write) => write.next !== null && accessBefore(write) !== null && accessAfter(write) === null,
    run: (_context, sql, { row }) => execute(sql, END_MEMBERSHIP, requireRow(row)),
  },
  /** Rule 16: the sessions of a person who leaves, and of the person to whom the member belonged before. */
  endSessions: {
    applies: (write) => write.row !== null && (isDeparture(write) || changesAccount(write)),
    async run(_context, sql, write) {
      const row = requireRow(write.row);
      if (isDeparture(write) || write.after.accountId !== row.accountId)
        await sql.rows(endSessionsOf('$1', '$2'), [row.accountId, row.workspaceId]);
    },
  },
  updateMember: {
    applies: ({ row, next }) => row !== null && next !== null,
    run: (_context, sql, write) =>
      refuseDuplicate(write.after, () => execute(sql, UPDATE_MEMBER, memberParameters(write))),
  },
  deleteMember: {
    applies: ({ next }) => next === null,
    async run(_context, sql, { after }) {
      await sql.rows('delete from member where id = $1 and workspace_id = $2', [after.id, after.workspaceId]);
    },
  },
  recordAudit: {
    applies: () => true,
    run: (context, sql, write) => record(context, sql, auditFactOf(write, write.after)),
  },
} satisfies Readonly<Record<string, Effect>>;

export type EffectName = keyof typeof EFFECTS;

/** The effects that are due for a transition, in the order in which a transaction runs them. */
export function effectsOf(write: MemberWrite): EffectName[] {
  const names = Object.keys(EFFECTS) as EffectName[];
  return names.filter((name) => EFFECTS[name].applies(write));
}

function changesAccount(write: Transition): boolean {
  return write.row !== null && write.next !== null && !keepsAccount(write);
}

async function findAccountOf(_context: ServiceContext, sql: Sql, { after }: MemberWrite): Promise<Written> {
  return { accountId: await findOrCreateAccount(sql, addressOf(after.userName, after.attributes)) };
}

function accessBefore({ row }: Transition): Access | null {
  return row && accessOf(row);
}

function accessAfter({ next }: Transition): Access | null {
  return next?.access ?? null;
}

function seatBefore(write: Transition): Access['seatType'] {
  return accessBefore(write)?.seatType ?? null;
}

function seatAfter(write: Transition): Access['seatType'] {
  return accessAfter(write)?.seatType ?? null;
}

/** What `updateMember` binds: a profile that does not change is not sent again. */
export function memberParameters({ row, after }: MemberWrite): Readonly<Record<string, unknown>> {
  return after.attributes === row?.attributes ? { ...after, attributes: null } : { ...after };
}

const INSERT_MEMBER = namedStatement(
  (place) => `${insertMember(place)} returning version, created_at as "createdAt", updated_at as "updatedAt"`,
);
const UPDATE_MEMBER = namedStatement((place) => {
  const where = `where member.id = ${place('id')} and member.workspace_id = ${place('workspaceId')}`;
  return `${updateMember(place, where)} returning version, updated_at as "updatedAt"`;
});
const INSERT_MEMBERSHIP = namedStatement(
  (place) => `${insertMembership(place)} returning started_at as "startedAt"`,
);
const UPDATE_MEMBERSHIP = namedStatement((place) => updateMembership(place));
const END_MEMBERSHIP = namedStatement((place) => endMembership(place));

async function execute(
  sql: Sql,
  { text, valuesOf }: ReturnType<typeof namedStatement>,
  parameters: object,
): Promise<Written> {
  const [written] = await sql.rows<Written>(text, valuesOf({ ...parameters }));
  return written ?? {};
}

/**
 * Ends the sessions of an account for a workspace (rule 16).
 * @param accountId the account, as SQL
 * @param workspaceId the workspace, as SQL
 * @param source a table to join, as SQL
 */
export function endSessionsOf(accountId: string, workspaceId: string, source = ''): string {
  return `insert into session_end (session_id, workspace_id)
    select session.id, ${workspaceId} from ${source} session
    where session.account_id = ${accountId} and session.ended_at is null and session.expires_at > now()
    on conflict do nothing`;
}

/**
 * Refuses what would leave the workspace without an owner. The lock of the workspace's row keeps others from making its
 * owners fewer; every caller has locked a member first, so all lock in the same order.
 * @throws DomainError LAST_OWNER (rule 13)
 */
export async function keepAnOwner(sql: Sql, workspaceId: string, memberId: string): Promise<void> {
  await lockOwners(sql, workspaceId);
  const others = await sql.rows(
    `select 1 from membership
     where workspace_id = $1 and role = 'OWNER' and ended_at is null and member_id <> $2 limit 1`,
    [workspaceId, memberId],
  );
  if (others.length === 0) throw lastOwner();
}

export function lastOwner(): DomainError {
  return new DomainError('LAST_OWNER', 'This is the last owner of the workspace.', {
    hint: 'Promote somebody else to owner first.',
  });
}

/** Keeps others from making owners fewer until the transaction ends. */
export async function lockOwners(sql: Sql, workspaceId: string): Promise<void> {
  await sql.rows('select 1 from workspace where id = $1 for no key update', [workspaceId]);
}

/** Runs a write that the unique constraints of rules 15 and 19 may refuse. @throws DomainError ALREADY_A_MEMBER */
async function refuseDuplicate<Result>(
  { userName }: MemberRow,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'member_user_name_unique' || constraint === 'member_account_unique')
      throw alreadyAMember(userName);
    throw error;
  }
}

export function alreadyAMember(userName: string): DomainError {
  return new DomainError('ALREADY_A_MEMBER', `${userName} is already a member of this workspace.`, {
    attribute: 'userName',
    hint: 'Update the existing member, or send another userName and e-mail address.',
  });
}
