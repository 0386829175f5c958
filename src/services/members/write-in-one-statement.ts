import { violatedConstraint } from '../../database/database.js';
import { addressOf } from '../../domain/address.js';
import { newId } from '../../domain/ids.js';
import { AUDIT_ENTRY_COLUMNS, auditEntryValues } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { findOrCreateStatement } from '../rows/accounts.js';
import {
  endMembership,
  insertMember,
  insertMembership,
  updateMember,
  updateMembership,
} from '../rows/member-statements.js';
import { completeMember, type MemberRow } from '../rows/members.js';
import { type NamedStatement, namedStatement, type Place } from '../rows/parameters.js';
import { type EffectName, effectsOf, endSessionsOf, type MemberWrite, memberParameters } from './effects.js';
import { auditFactOf, type MemberChange, rowAfter, type Transition } from './transition.js';

/**
 * An effect as a common table expression. Each may select from those before it: from `facts`, which is empty when the
 * member or the workspace's settings have changed since they were read, and from `written`, the member's new row.
 */
interface Cte {
  readonly name: string;
  sql(place: Place): string;
  /** What the statement returns of it: `MemberRow`'s names, and their SQL. */
  readonly returning?: Readonly<Record<string, string>>;
}

/** The effects that one statement can bring about. A transition with any other takes the transaction. */
const CTES: Readonly<Partial<Record<EffectName, Cte>>> = {
  findAccount: {
    name: 'account',
    sql: (place) => findOrCreateStatement(place('newAccountId'), place('address'), 'from facts'),
  },
  insertMember: {
    name: 'written',
    sql: (place) =>
      `${insertMember(place, 'account.id', 'from facts, account')}
       returning id, account_id, workspace_id, version, created_at, updated_at`,
    returning: {
      accountId: 'written.account_id',
      version: 'written.version',
      createdAt: 'written.created_at',
      updatedAt: 'written.updated_at',
    },
  },
  updateMember: {
    name: 'written',
    sql: (place) =>
      `${updateMember(place, 'from facts where member.id = facts.id')}
       returning member.id, account_id, workspace_id, member.version, updated_at`,
    returning: { version: 'written.version', updatedAt: 'written.updated_at' },
  },
  openMembership: {
    name: 'opened',
    sql: (place) => `${insertMembership(place, 'from written')} returning started_at`,
    returning: { startedAt: '(select started_at from opened)' },
  },
  changeMembership: {
    name: 'changed',
    sql: (place) => updateMembership(place, 'from written'),
  },
  endMembership: {
    name: 'ended',
    sql: (place) => endMembership(place, 'from written'),
  },
  endSessions: {
    name: 'signed_out',
    sql: () => endSessionsOf('written.account_id', 'written.workspace_id', 'written,'),
  },
  recordAudit: {
    name: 'entry',
    sql: (place) => {
      const values = AUDIT_ENTRY_COLUMNS.split(', ').map((column) => place(`entry.${column}`));
      return `insert into audit_entry (${AUDIT_ENTRY_COLUMNS}) select ${values.join(', ')} from written`;
    },
  },
};

/** Both lock their rows, the member first as every command does, and so wait for concurrent changes. */
const FACTS = {
  ofWorkspace: (place: Place) =>
    `select id from workspace where id = ${place('workspaceId')} and revision = ${place('revision')} for key share`,
  ofMember: (place: Place) => `
    select m.id from member m join workspace w on w.id = m.workspace_id
    where m.id = ${place('id')} and m.workspace_id = ${place('workspaceId')} and m.version = ${place('versionBefore')}
      and w.revision = ${place('revision')}
    for no key update of m for key share of w`,
};

/** Each statement contains only the expressions that it needs: PostgreSQL prepares for each, at every execution. */
function statementOf(effects: ReadonlySet<EffectName>): NamedStatement {
  const ctes = Object.entries(CTES).flatMap(([name, cte]) => (effects.has(name as EffectName) ? [cte] : []));
  const facts = effects.has('insertMember') ? FACTS.ofWorkspace : FACTS.ofMember;
  const returning = ctes.flatMap((cte) => Object.entries(cte.returning ?? {}));
  return namedStatement(
    (place) => `
      with facts as (${facts(place)}), ${ctes.map((cte) => `${cte.name} as (${cte.sql(place)})`).join(', ')}
      select ${returning.map(([name, sql]) => `${sql} as "${name}"`).join(', ')} from written`,
  );
}

/** By the names of their effects; there are as many as there are kinds of transitions that one statement can write. */
const STATEMENTS = new Map<string, NamedStatement>();

function statementFor(effects: readonly EffectName[]): NamedStatement | undefined {
  if (!effects.every((name) => Object.hasOwn(CTES, name))) return undefined;
  const key = effects.join();
  const statement = STATEMENTS.get(key) ?? statementOf(new Set(effects));
  STATEMENTS.set(key, statement);
  return statement;
}

/**
 * Writes a transition in one statement instead of a transaction of eight: most of what identity providers send is one
 * of these. The statement relies on the workspace's revision and the member's version as they were read.
 * @param transition of a member that is not locked, with something that changes
 * @returns undefined (and nothing written) when it takes a transaction: for another effect, for a row that other rows
 *   have part in, or to find out why the statement wrote nothing (a namesake, a member or settings that have changed)
 */
export async function writeInOneStatement(
  context: ServiceContext,
  transition: Transition,
): Promise<MemberChange | undefined> {
  const write: MemberWrite = { ...transition, after: rowAfter(context, transition) };
  const { workspace, row, after } = write;
  const statement = dependsOnOthers(write) ? undefined : statementFor(effectsOf(write));
  if (statement === undefined) return undefined;
  const entry = auditEntryValues(context, auditFactOf(write, after), new Date());
  const written = await execute(context, statement, {
    ...memberParameters(write),
    // `endMembership` names the membership that was open.
    membershipId: after.membershipId ?? row?.membershipId ?? null,
    revision: workspace.revision,
    versionBefore: row?.version ?? null,
    newAccountId: newId(),
    address: addressOf(after.userName, after.attributes),
    ...Object.fromEntries(
      AUDIT_ENTRY_COLUMNS.split(', ').map((column, index) => [`entry.${column}`, entry[index]]),
    ),
  });
  return written && { member: completeMember({ ...after, ...written }), changed: true };
}

/** Other members and groups may change what an owner's or a group member's row shows, and not its version. */
function dependsOnOthers({ row, after }: MemberWrite): boolean {
  return row?.role === 'OWNER' || after.role === 'OWNER' || after.groups.length > 0;
}

const DEADLOCK_DETECTED = '40P01';

async function execute(
  { database }: ServiceContext,
  { text, valuesOf }: NamedStatement,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Partial<MemberRow> | undefined> {
  try {
    const [written] = await database.rows<Partial<MemberRow>>(text, valuesOf(parameters));
    return written;
  } catch (error) {
    const isDuplicate = violatedConstraint(error)?.startsWith('member_') === true;
    const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK_DETECTED;
    if (isDuplicate || isDeadlock) return undefined;
    throw error;
  }
}
