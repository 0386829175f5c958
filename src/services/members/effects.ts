import { uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import type { Access } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { revokeInvitationsOf } from '../invitations/write.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { releaseExternalId } from '../rows/external-ids.js';
import {
  claimsExternalId,
  endMembershipSql,
  insertMemberSql,
  insertMembershipSql,
  membershipDiffers,
  parametersOf,
  updateMemberSql,
  updateMembershipSql,
  valuesOf,
} from '../rows/member-statements.js';
import type { MemberRow } from '../rows/members.js';
import { recordRemoval } from '../rows/removals.js';
import { exchange, requireFree } from '../seats.js';
import { refuseDuplicate } from './already-a-member.js';
import { leaveGroups, showNewName } from './leave-groups.js';
import {
  auditFactOf,
  isDeparture,
  keepsAccount,
  requireRow,
  rowAfter,
  type Transition,
} from './transition.js';

/** A transition to write. */
export interface MemberWrite extends Transition {
  /** The row that results. */
  readonly after: MemberRow;
  /** Whether the member moves to the account of another address. */
  readonly changesAccount: boolean;
}

/** Prepares a transition for its effects. */
export function memberWrite(context: ServiceContext, transition: Transition): MemberWrite {
  const { row, next } = transition;
  const changesAccount = row !== null && next !== null && !keepsAccount(transition);
  return { ...transition, after: rowAfter(context, transition), changesAccount };
}

/** The values that only the database can set. */
type Written = Partial<MemberRow>;

/** One consequence of a member's transition. */
export interface Effect {
  /** Whether the transition has this effect. */
  applies(write: MemberWrite): boolean;
  /**
   * Writes it in a transaction that holds the member's lock.
   * @returns the values of the row that the database has set
   * @throws DomainError when a rule that the database decides refuses it
   */
  run(context: ServiceContext, sql: Sql, write: MemberWrite): Promise<Written | undefined> | Promise<void>;
  /** Refuses in advance what `run` would refuse, for bulk changes, in which only some members may be refused. */
  check?(sql: Sql, write: MemberWrite): Promise<void>;
}

/**
 * All effects of a member's transition, in the order in which a transaction writes them (and takes its locks). The
 * one-statement path implements some of these (`write-in-one-statement.ts`); a transition with any other effect takes
 * the transaction.
 */
export const EFFECTS = {
  /** Rule 29: "deleting takes the person out". A removal does not: the groups' manager decides who is in them. */
  leaveGroups: {
    applies: ({ row, next }) => next === null && row !== null && row.groups.length > 0,
    async run(_context, sql, { row }) {
      await leaveGroups(sql, requireRow(row));
      return { groups: [] };
    },
  },
  /** The groups of a member show its name. */
  showNewName: {
    applies: (write) =>
      write.next !== null &&
      write.row !== null &&
      write.row.groups.length > 0 &&
      nameShown(write.row) !== nameShown(write.after),
    async run(_context, sql, { row }) {
      return { groups: await showNewName(sql, requireRow(row)) };
    },
  },
  requireAnotherOwner: {
    applies: ({ row, next }) => row?.role === 'OWNER' && next?.access?.role !== 'OWNER',
    run: (_context, sql, { workspace, after }) => requireAnotherOwner(sql, workspace.id, after.id),
    check: (sql, { workspace, after }) => requireAnotherOwner(sql, workspace.id, after.id),
  },
  revokeInvitations: {
    applies: ({ next }) => next === null,
    run: (context, sql, { row }) => revokeInvitationsOf(context, sql, requireRow(row)),
  },
  /** Finds the account of a new member's address, unless the caller has found it. */
  findAccount: {
    applies: ({ row, accountId }) => row === null && accountId === undefined,
    run: findAccountOf,
  },
  /** Rule 19: another address means another account. */
  changeAccount: {
    applies: ({ changesAccount }) => changesAccount,
    run: findAccountOf,
  },
  insertMember: {
    applies: ({ row }) => row === null,
    run: (_context, sql, { after }) =>
      refuseDuplicate(after, () => INSERT_MEMBER.row(sql, valuesOf(after, null))),
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
    applies: (write) => !wasActive(write) && isActive(write),
    run: (_context, sql, { after }) => INSERT_MEMBERSHIP.row(sql, valuesOf(after, null)),
  },
  changeMembership: {
    applies: (write) =>
      wasActive(write) && isActive(write) && membershipDiffers(requireRow(write.row), write.after),
    run: (_context, sql, { after }) => UPDATE_MEMBERSHIP.row(sql, valuesOf(after, null)),
  },
  /** Deleting the record deletes its memberships too. */
  endMembership: {
    applies: (write) => write.next !== null && wasActive(write) && !isActive(write),
    run: (_context, sql, { row }) => END_MEMBERSHIP.row(sql, valuesOf(requireRow(row), null)),
  },
  /** Rule 16: ends the person's sessions for the workspace. */
  endSessions: whenPersonLeaves((sql, { accountId, workspaceId }) =>
    END_SESSIONS.rows(sql, { accountId, workspaceId }),
  ),
  /** Rule 16a: an older invitation lets the person in no more, also once the record is deleted. */
  recordRemoval: whenPersonLeaves((sql, { accountId, workspaceId }) =>
    recordRemoval(sql, workspaceId, accountId),
  ),
  updateMember: {
    applies: ({ row, next }) => row !== null && next !== null,
    async run(_context, sql, { row, after }) {
      if (claimsExternalId(requireRow(row), after)) await releaseExternalId(sql, after);
      return refuseDuplicate(after, () => UPDATE_MEMBER.row(sql, valuesOf(after, row)));
    },
  },
  deleteMember: {
    applies: ({ next }) => next === null,
    run: (_context, sql, { after }) => DELETE_MEMBER.row(sql, valuesOf(after, null)),
  },
  recordAudit: {
    applies: () => true,
    run: (context, sql, write) => record(context, sql, auditFactOf(write, write.after)),
  },
} satisfies Readonly<Record<string, Effect>>;

export type EffectName = keyof typeof EFFECTS;

export const EFFECT_NAMES = Object.keys(EFFECTS) as readonly EffectName[];

/** The effects that apply to a transition, in the order in which a transaction runs them. */
export function effectsOf(write: MemberWrite): EffectName[] {
  return EFFECT_NAMES.filter((name) => EFFECTS[name].applies(write));
}

/**
 * An effect on a person who leaves the workspace: the member is removed or deleted, or belongs to another person's account
 * from now on.
 * @param run gets the member as it was while it was this person's
 */
function whenPersonLeaves(run: (sql: Sql, row: MemberRow) => Promise<unknown>): Effect {
  return {
    applies: (write) => isDeparture(write) || write.changesAccount,
    async run(_context, sql, write) {
      const row = requireRow(write.row);
      // The new address may be one of the same account.
      if (isDeparture(write) || write.after.accountId !== row.accountId) await run(sql, row);
    },
  };
}

async function findAccountOf(_context: ServiceContext, sql: Sql, { after }: MemberWrite): Promise<Written> {
  return { accountId: await findOrCreateAccount(sql, addressOf(after.userName, after.attributes)) };
}

/** The name under which a group lists the member. */
function nameShown({ userName, attributes }: MemberRow): string {
  return typeof attributes.displayName === 'string' ? attributes.displayName : userName;
}

function wasActive({ row }: Transition): boolean {
  return row !== null && row.membershipId !== null;
}

function isActive({ next }: Transition): boolean {
  return next !== null && next.access !== null;
}

function seatBefore(write: Transition): Access['seatType'] {
  return write.row?.seatType ?? null;
}

function seatAfter(write: Transition): Access['seatType'] {
  return write.next?.access?.seatType ?? null;
}

/** A statement of an effect, and the values of the row that it returns. */
function writing(name: string, text: string, ...returned: readonly (keyof typeof TABLES.member.columns)[]) {
  const parameters = parametersOf(text);
  return statement({ name, text, parameters, columns: typesOf(TABLES.member, ...returned) });
}

const INSERT_MEMBER = writing(
  'members.insert',
  `${insertMemberSql()} returning version, created_at as "createdAt", updated_at as "updatedAt"`,
  'version',
  'createdAt',
  'updatedAt',
);
const UPDATE_MEMBER = writing(
  'members.update',
  `${updateMemberSql('where member.id = $id and member.workspace_id = $workspaceId')}
   returning version, updated_at as "updatedAt"`,
  'version',
  'updatedAt',
);
const DELETE_MEMBER = writing(
  'members.delete',
  'delete from member where id = $id and workspace_id = $workspaceId',
);
const INSERT_MEMBERSHIP = statement({
  name: 'memberships.insert',
  text: `${insertMembershipSql()} returning started_at as "startedAt"`,
  parameters: parametersOf(insertMembershipSql()),
  columns: typesOf(TABLES.membership, 'startedAt'),
});
const UPDATE_MEMBERSHIP = writing('memberships.update', updateMembershipSql());
const END_MEMBERSHIP = writing('memberships.end', endMembershipSql());

/**
 * SQL that ends the sessions of an account for a workspace (rule 16).
 * @param accountId the account, as SQL
 * @param workspaceId the workspace, as SQL
 * @param source tables to join, as SQL
 */
export function endSessionsSql(accountId: string, workspaceId: string, source = ''): string {
  return `insert into session_end (session_id, workspace_id)
    select session.id, ${workspaceId} from ${source} session
    where session.account_id = ${accountId} and session.ended_at is null and session.expires_at > now()
    on conflict do nothing`;
}

const END_SESSIONS = statement({
  name: 'members.endSessions',
  text: endSessionsSql('$accountId', '$workspaceId'),
  parameters: { workspaceId: uuid, accountId: uuid },
});

const OTHER_OWNERS = statement({
  name: 'members.otherOwners',
  text: `
    select 1 from membership
    where workspace_id = $workspaceId and role = 'OWNER' and ended_at is null and member_id <> $memberId limit 1`,
  parameters: { workspaceId: uuid, memberId: uuid },
});

const LOCK_OWNERS = statement({
  name: 'members.lockOwners',
  text: 'select 1 from workspace where id = $workspaceId for no key update',
  parameters: { workspaceId: uuid },
});

/**
 * Refuses a change that would leave the workspace without an owner. It locks the workspace's row, so that no other
 * transaction reduces the number of owners; every caller has locked a member first, so all lock in the same order.
 * @throws DomainError LAST_OWNER (rule 13)
 */
export async function requireAnotherOwner(sql: Sql, workspaceId: string, memberId: string): Promise<void> {
  await lockOwners(sql, workspaceId);
  const others = await OTHER_OWNERS.rows(sql, { workspaceId, memberId });
  if (others.length === 0) throw lastOwner();
}

export function lastOwner(): DomainError {
  return new DomainError('LAST_OWNER', 'This is the last owner of the workspace.', {
    hint: 'Promote somebody else to owner first.',
  });
}

/** Prevents other transactions from reducing the number of owners until this one ends. */
export async function lockOwners(sql: Sql, workspaceId: string): Promise<void> {
  await LOCK_OWNERS.rows(sql, { workspaceId });
}
