import type { ColumnType } from '../../database/column-types.js';
import { violatedConstraint } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { addressOf } from '../../domain/address.js';
import { AUDIT_ENTRY, entryOf, hint } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { ACCOUNT_PARAMETERS, accountValues, findOrCreateSql } from '../rows/accounts.js';
import {
  endMembershipSql,
  insertMemberSql,
  insertMembershipSql,
  parametersOf,
  updateMemberSql,
  updateMembershipSql,
  valuesOf,
} from '../rows/member-statements.js';
import { completeMember, type MemberRow } from '../rows/members.js';
import { recordRemovalSql } from '../rows/removals.js';
import {
  EFFECT_NAMES,
  type EffectName,
  effectsOf,
  endSessionsSql,
  type MemberWrite,
  memberWrite,
} from './effects.js';
import { auditFactOf, type MemberChange, type Transition } from './transition.js';

/**
 * An effect as a common table expression. It may select from the expressions before it: `facts`, which is empty when
 * the member or the workspace's settings have changed since they were read, and `written`, the member's new row.
 */
interface Cte {
  readonly name: string;
  readonly sql: string;
  /** The returned columns, as SQL by the names of a `MemberRow`, with their types. */
  readonly returned?: Readonly<Record<string, string>>;
  readonly types?: Readonly<Record<string, ColumnType<unknown>>>;
}

/** The parameters of the audit entry are named after its properties, with this prefix. */
const ENTRY_PREFIX = 'entry_';

/** The effects that one statement can have, in the order of its expressions. */
const CTES = {
  findAccount: { name: 'account', sql: findOrCreateSql('from facts') },
  insertMember: {
    name: 'written',
    sql: `${insertMemberSql('account.id', 'from facts, account')}
      returning id, account_id, workspace_id, version, created_at, updated_at`,
    returned: {
      accountId: 'written.account_id',
      version: 'written.version',
      createdAt: 'written.created_at',
      updatedAt: 'written.updated_at',
    },
    types: typesOf(TABLES.member, 'accountId', 'version', 'createdAt', 'updatedAt'),
  },
  updateMember: {
    name: 'written',
    sql: `${updateMemberSql('from facts where member.id = facts.id')}
      returning member.id, account_id, workspace_id, member.version, updated_at`,
    returned: { version: 'written.version', updatedAt: 'written.updated_at' },
    types: typesOf(TABLES.member, 'version', 'updatedAt'),
  },
  openMembership: {
    name: 'opened',
    sql: `${insertMembershipSql('from written')} returning started_at`,
    returned: { startedAt: '(select started_at from opened)' },
    types: typesOf(TABLES.membership, 'startedAt'),
  },
  changeMembership: { name: 'changed', sql: updateMembershipSql('from written') },
  endMembership: { name: 'ended', sql: endMembershipSql('from written') },
  endSessions: {
    name: 'signed_out',
    sql: endSessionsSql('written.account_id', 'written.workspace_id', 'written,'),
  },
  recordRemoval: {
    name: 'remembered',
    sql: recordRemovalSql('select written.account_id, written.workspace_id, clock_timestamp() from written'),
  },
  recordAudit: {
    name: 'entry',
    sql: `insert into audit_entry (${Object.values(AUDIT_ENTRY.fields).join(', ')})
      select ${AUDIT_ENTRY.properties.map((name) => `$${ENTRY_PREFIX}${name}`).join(', ')} from written`,
  },
} as const satisfies Partial<Record<EffectName, Cte>>;

type Name = keyof typeof CTES;

const NEW: readonly Name[] = ['findAccount', 'insertMember', 'recordAudit'];
const CHANGED: readonly Name[] = ['updateMember', 'recordAudit'];

/**
 * The sets of effects that have a statement. Each statement contains only the expressions that it needs, because
 * PostgreSQL sets up each one at every execution.
 */
const VARIANTS: Readonly<Record<string, readonly Name[]>> = {
  'members.addInactive': NEW,
  'members.add': [...NEW, 'openMembership'],
  'members.change': CHANGED,
  'members.changeAccess': [...CHANGED, 'changeMembership'],
  'members.reactivate': [...CHANGED, 'openMembership'],
  'members.remove': [...CHANGED, 'endMembership', 'endSessions', 'recordRemoval'],
};

/** Both lock their rows, the member first as every command does, and so wait for concurrent changes. */
const WORKSPACE_FACTS = `
  select id from workspace where id = $workspaceId and revision = $revision
    and not exists (select 1 from member where workspace_id = $workspaceId and external_id = $externalId)
  for key share`;
const MEMBER_FACTS = `
  select m.id from member m join workspace w on w.id = m.workspace_id
  where m.id = $id and m.workspace_id = $workspaceId and m.version = $versionBefore and w.revision = $revision
  for no key update of m for key share of w`;

const ENTRY_TYPES = Object.fromEntries(
  Object.entries<ColumnType<unknown>>(AUDIT_ENTRY.columns).map(([name, type]) => [
    `${ENTRY_PREFIX}${name}`,
    type,
  ]),
);

/** By the names of their effects. A transition with any other set of effects takes the transaction. */
const STATEMENTS = new Map(
  Object.entries(VARIANTS).map(([name, effects]) => [keyOf(effects), statementOf(name, effects)]),
);

/** The names in the order in which `effectsOf` returns them. */
function keyOf(effects: readonly EffectName[]): string {
  return EFFECT_NAMES.filter((name) => effects.includes(name)).join();
}

function statementOf(name: string, effects: readonly Name[]) {
  const ctes = Object.entries<Cte>(CTES).flatMap(([effect, cte]) =>
    effects.some((one) => one === effect) ? [cte] : [],
  );
  const facts = effects.includes('insertMember') ? WORKSPACE_FACTS : MEMBER_FACTS;
  const returned = ctes.flatMap((cte) => Object.entries(cte.returned ?? {}));
  const text = `
    with facts as (${facts}), ${ctes.map((cte) => `${cte.name} as (${cte.sql})`).join(', ')}
    select ${returned.map(([property, sql]) => `${sql} as "${property}"`).join(', ')} from written`;
  const parameters = parametersOf(text, { ...ACCOUNT_PARAMETERS, ...ENTRY_TYPES });
  const columns = Object.assign({}, ...ctes.map(({ types }) => types));
  return {
    statement: statement({ name, text, parameters, columns }),
    places: Object.keys(parameters).map(placeOf),
  };
}

/** A parameter, with the property of the audit entry or of the member that is its value. */
interface Place {
  readonly parameter: string;
  readonly property: string;
  readonly ofEntry: boolean;
}

function placeOf(parameter: string): Place {
  const ofEntry = parameter.startsWith(ENTRY_PREFIX);
  return { parameter, property: ofEntry ? parameter.slice(ENTRY_PREFIX.length) : parameter, ofEntry };
}

/**
 * Writes a transition in one statement instead of a transaction of eight: most requests of identity providers can be
 * written so. The statement relies on the workspace's revision and the member's version as they were read.
 * @param transition a transition that changes a member that is not locked
 * @returns undefined (and nothing written) when a transaction is needed: for other effects, for a row that depends on
 *   other rows, or when the statement wrote nothing (because of a duplicate, or a changed member or settings)
 */
export async function writeInOneStatement(
  context: ServiceContext,
  transition: Transition,
): Promise<MemberChange | undefined> {
  const write = memberWrite(context, transition);
  const { workspace, row, after } = write;
  const known = dependsOnOthers(write) ? undefined : STATEMENTS.get(effectsOf(write).join());
  if (known === undefined) return undefined;
  const { statement, places } = known;
  const entry = entryOf(context, auditFactOf(write, after), new Date());
  const own: Readonly<Record<string, unknown>> = {
    ...valuesOf(after, row),
    // When the membership ends, the resulting row has no membership id.
    membershipId: after.membershipId ?? row?.membershipId,
    revision: workspace.revision,
    versionBefore: row?.version,
    ...(row === null ? accountValues(addressOf(after.userName, after.attributes)) : {}),
  };
  const values: Record<string, unknown> = {};
  for (const { parameter, property, ofEntry } of places)
    values[parameter] = ofEntry ? Reflect.get(entry, property) : own[property];
  const written = await unlessRefused(() => statement.row(context.database, values));
  if (written === undefined) return undefined;
  hint(context, { workspaceId: workspace.id });
  return { member: completeMember({ ...after, ...written }), changed: true };
}

/** Other members and groups may change what an owner's or a group member's row shows, and not its version. */
function dependsOnOthers({ row, after }: MemberWrite): boolean {
  return row?.role === 'OWNER' || after.role === 'OWNER' || after.groups.length > 0;
}

/** Runs a statement. @returns undefined for a duplicate, which the transaction handles */
async function unlessRefused(
  write: () => Promise<Partial<MemberRow> | undefined>,
): Promise<Partial<MemberRow> | undefined> {
  try {
    return await write();
  } catch (error) {
    const isDuplicate = violatedConstraint(error)?.startsWith('member_') === true;
    if (isDuplicate) return undefined;
    throw error;
  }
}
