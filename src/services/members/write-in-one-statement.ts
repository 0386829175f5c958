import { arrayOf, type ColumnType, uuid } from '../../database/column-types.js';
import { violatedConstraint } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { addressOf } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
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
import { auditFactOf, changed, type MemberChange, type Transition } from './transition.js';

/**
 * An effect as a common table expression. It may select from the expressions before it: `facts`, which has a row for each
 * change whose member and workspace are as they were read, and `written`, the new rows of the members. Its parameters
 * are columns of `facts`.
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

/** The source of an expression with a row for each member that was written. */
const WRITTEN = 'from facts join written on written.id = $id';

/** The effects that one statement can have, in the order of its expressions. */
const CTES = {
  findAccount: {
    name: 'account',
    // In this order, so that two statements that find the same accounts lock them in the same order.
    sql: `${findOrCreateSql('from facts order by $canonicalAddress')}, canonical_email`,
  },
  insertMember: {
    name: 'written',
    sql: `${insertMemberSql('account.id', 'from facts join account on account.canonical_email = $canonicalAddress')}
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
    sql: `${updateMemberSql('from facts where member.id = $id')}
      returning member.id, account_id, workspace_id, member.version, updated_at`,
    returned: { version: 'written.version', updatedAt: 'written.updated_at' },
    types: typesOf(TABLES.member, 'version', 'updatedAt'),
  },
  openMembership: {
    name: 'opened',
    sql: `${insertMembershipSql(WRITTEN)} returning member_id, started_at`,
    returned: { startedAt: '(select started_at from opened where opened.member_id = written.id)' },
    types: typesOf(TABLES.membership, 'startedAt'),
  },
  changeMembership: { name: 'changed', sql: updateMembershipSql(WRITTEN) },
  endMembership: { name: 'ended', sql: endMembershipSql(WRITTEN) },
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
      select ${AUDIT_ENTRY.properties.map((name) => `$${ENTRY_PREFIX}${name}`).join(', ')} ${WRITTEN}`,
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

/**
 * Both select the changes that can be written, and lock their rows, the member first as every command does. A change
 * whose rows are locked is left out, because waiting would delay the other changes; its transaction waits.
 */
const WORKSPACE_FACTS = `
  join workspace w on w.id = $workspaceId and w.revision = $revision
  where not exists (select 1 from member where workspace_id = $workspaceId and external_id = $externalId)
    and not exists (
      select 1 from member where workspace_id = $workspaceId and canonical_user_name = $canonicalUserName)
  for key share of w skip locked`;
const MEMBER_FACTS = `
  join member m on m.id = $id and m.workspace_id = $workspaceId and m.version = $versionBefore
  join workspace w on w.id = m.workspace_id and w.revision = $revision
  for no key update of m skip locked for key share of w skip locked`;

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

/** Declares the statement of a set of effects. Its parameters are arrays with an element for each change. */
function statementOf(name: string, effects: readonly Name[]) {
  const ctes = Object.entries<Cte>(CTES).flatMap(([effect, cte]) =>
    effects.some((one) => one === effect) ? [cte] : [],
  );
  const facts = effects.includes('insertMember') ? WORKSPACE_FACTS : MEMBER_FACTS;
  const expressions = ctes.map((cte) => `${cte.name} as (${cte.sql})`).join(', ');
  const types = Object.entries(
    parametersOf(`${facts} ${expressions}`, { ...ACCOUNT_PARAMETERS, ...ENTRY_TYPES }),
  );
  const arrays = types.map(([parameter, type]) => `$${parameter}::${type.name}[]`);
  const columns = types.map(([parameter]) => `"${parameter}"`);
  const returned = ctes.flatMap((cte) => Object.entries(cte.returned ?? {}));
  const text = `
    with facts as materialized (
      select changes.* from unnest(${arrays.join(', ')}) changes (${columns.join(', ')})
      ${ofColumns(facts, 'changes')}
    ), ${ofColumns(expressions, 'facts')}
    select written.id, ${returned.map(([property, sql]) => `${sql} as "${property}"`).join(', ')} from written`;
  return {
    statement: statement({
      name,
      text,
      parameters: Object.fromEntries(types.map(([parameter, type]) => [parameter, arrayOf(type)])),
      columns: { id: uuid, ...Object.assign({}, ...ctes.map((cte) => cte.types)) },
    }),
    places: types.map(([parameter]) => placeOf(parameter)),
  };
}

/** The SQL with columns of a table in place of its parameters. */
function ofColumns(sql: string, table: string): string {
  return sql.replace(/\$([A-Za-z]\w*)/g, `${table}."$1"`);
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
 * written so. Transitions of one workspace that wait at the same time share an execution of the statement, each with an
 * outcome of its own. The statement relies on the workspace's revision and the member's version as they were read.
 * @param transition a transition that changes a member that is not locked
 * @returns undefined (and nothing written) when a transaction is needed: for other effects, for a row that depends on
 *   other rows, or when the statement wrote nothing (because of a duplicate, a locked row, or a changed member or
 *   settings)
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
  const values = places.map(({ property, ofEntry }) =>
    ofEntry ? Reflect.get(entry, property) : own[property],
  );
  const written = await unlessRefused(() =>
    context.writeQueues.write<Partial<MemberRow> & { readonly id: string }>(context.database, statement, {
      id: after.id,
      workspaceId: workspace.id,
      values,
      conflicts: conflictsOf(write),
    }),
  );
  if (written === undefined) return undefined;
  hint(context, { workspaceId: workspace.id });
  return changed(completeMember({ ...after, ...written }), row);
}

/** What two changes of one execution must not have in common. */
function conflictsOf({ row, after }: MemberWrite): string[] {
  if (row !== null) return [row.id];
  const { userName, externalId, attributes } = after;
  const names = [
    `userName ${canonicalUserName(userName)}`,
    `account ${canonicalUserName(addressOf(userName, attributes))}`,
  ];
  return externalId === null ? names : [...names, `externalId ${externalId}`];
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
