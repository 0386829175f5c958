import type { Action } from '../../auth/policy.js';
import type { Transaction } from '../../database/database.js';
import { query, rowOf, rowsOf } from '../../database/query.js';
import { TABLES } from '../../database/tables.js';
import {
  type AssignableRole,
  MAX_CREDIT_LIMIT,
  NO_ACCESS,
  type Role,
  type SeatType,
  type WorkspaceVersion,
} from '../../domain/access.js';
import { readAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { requireAllowedTexts } from '../../domain/member-state.js';
import { type JsonObject, parseProfile } from '../../domain/profile.js';
import { EMPTY_PERSON, type Person } from '../../domain/provisioning.js';
import { requiredName } from '../../domain/text.js';
import type { Plan } from '../../model/enums.js';
import type { Workspace } from '../../model/workspace.js';
import { changesBetween, record } from '../audit/record.js';
import { authorize, authorizeOperator, workspaceNotFound } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { ServiceContext } from '../context/service-context.js';
import { setPoolTotal } from '../credits/queries.js';
import { writeInTransaction } from '../members/write.js';
import { findAdmins, lockMembers, stateOf } from '../rows/members.js';

const LONGEST_NAME = 200;

export interface NewWorkspace {
  readonly name: string;
  readonly version: WorkspaceVersion;
  readonly plan: Plan;
  readonly scimEnabled: boolean;
  /** The address of its first owner. */
  readonly ownerEmail: string;
  /** What is known about this person, such as the name. */
  readonly ownerProfile?: JsonObject | null;
  /** V1: the numbers of seats by type. */
  readonly seats?: readonly { readonly seatType: SeatType; readonly total: number }[] | null;
  /** V2: the credits in the pool each month. */
  readonly monthlyCredits?: number | null;
}

/**
 * Creates a workspace with its first owner.
 * @throws DomainError as `authorizeOperator` does; INVALID_INPUT; WRONG_WORKSPACE_VERSION; FORBIDDEN for SCIM
 *   without an ENTERPRISE plan
 */
export async function create(
  context: ServiceContext,
  input: NewWorkspace,
): Promise<{ workspace: Workspace; ownerMemberId: string }> {
  authorizeOperator(context, 'workspace.create');
  const seats = input.seats ?? [];
  const ownerEmail = readAddress(input.ownerEmail, 'ownerEmail');
  checkNewWorkspace(input, seats);
  return context.database.transaction(async (tx) => {
    const workspace = newWorkspace(input);
    await rowsOf(tx, query.insertInto('workspace').values(workspace));
    await insertSeats(tx, workspace, seats);
    if (workspace.monthlyCredits !== null) await setPoolTotal(tx, workspace.id, workspace.monthlyCredits);
    await record(context, tx, {
      workspaceId: workspace.id,
      action: 'workspace.create',
      target: { type: 'workspace', id: workspace.id, label: workspace.name },
      changes: changesBetween({}, { ...settingsOf(workspace), seats, ownerEmail }),
    });
    const profile = parseProfile(input.ownerProfile ?? {});
    const owner = { ...EMPTY_PERSON, userName: ownerEmail, profile };
    requireAllowedTexts(owner, null);
    return { workspace, ownerMemberId: await addFirstOwner(context, tx, workspace, owner) };
  });
}

function newWorkspace({ name, version, plan, scimEnabled, monthlyCredits }: NewWorkspace): Workspace {
  const now = new Date();
  return {
    id: newId(),
    name: requiredName(name, LONGEST_NAME),
    version,
    plan,
    scimEnabled,
    defaultRole: version === 'V2' ? 'VIEWER' : null,
    defaultSeatType: null,
    defaultCreditLimit: null,
    monthlyCredits: monthlyCredits ?? null,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
}

async function insertSeats(
  tx: Transaction,
  { id: workspaceId, version: workspaceVersion }: Workspace,
  seats: NonNullable<NewWorkspace['seats']>,
): Promise<void> {
  if (seats.length === 0) return;
  const allocations = seats.map(({ seatType, total }) => ({
    workspaceId,
    seatType,
    workspaceVersion,
    total,
    used: 0,
  }));
  await rowsOf(tx, query.insertInto('seatAllocation').values(allocations));
}

function checkNewWorkspace(input: NewWorkspace, seats: NonNullable<NewWorkspace['seats']>): void {
  if (input.version === 'V2' && seats.length > 0) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.', { attribute: 'seats' });
  }
  if (input.version === 'V1' && input.monthlyCredits != null) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
      attribute: 'monthlyCredits',
    });
  }
  if (
    seats.some(({ total }) => total < 0) ||
    new Set(seats.map(({ seatType }) => seatType)).size < seats.length
  ) {
    throw new DomainError('INVALID_INPUT', 'Give each seat type once, with a total that is not negative.', {
      attribute: 'seats',
    });
  }
  requirePool(input.monthlyCredits ?? null);
  requireEnterprise(input);
}

function requireEnterprise({ plan, scimEnabled }: { plan: Plan; scimEnabled: boolean }): void {
  if (scimEnabled && plan !== 'ENTERPRISE') {
    throw new DomainError('FORBIDDEN', 'SCIM is available on ENTERPRISE workspaces only.', {
      attribute: 'scimEnabled',
      hint: 'Change the plan to ENTERPRISE first.',
    });
  }
}

function requirePool(monthlyCredits: number | null): void {
  if (monthlyCredits !== null && (monthlyCredits < 0 || monthlyCredits > MAX_CREDIT_LIMIT)) {
    throw new DomainError('INVALID_INPUT', `The pool holds from 0 to ${MAX_CREDIT_LIMIT} credits.`, {
      attribute: 'monthlyCredits',
    });
  }
}

async function addFirstOwner(
  context: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  owner: Person,
): Promise<string> {
  const { member } = await writeInTransaction(context, tx, {
    workspace,
    row: null,
    next: { ...owner, access: { ...NO_ACCESS, role: 'OWNER' } },
    accessSetBy: null,
    action: 'member.add',
  });
  return member.id;
}

export interface WorkspaceUpdate {
  readonly workspaceId: string;
  /** The version that the workspace must have. */
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly plan?: Plan | null;
  readonly scimEnabled?: boolean | null;
  readonly defaultRole?: AssignableRole | null;
  /** Null: no seat. Absent: unchanged. */
  readonly defaultSeatType?: SeatType | null;
  /** Null: no limit. Absent: unchanged. */
  readonly defaultCreditLimit?: number | null;
}

/**
 * Changes settings; absent settings stay unchanged. Only operators change plan and SCIM. Leaving ENTERPRISE makes
 * editors (V1: members) of admins and switches SCIM off (rule 24).
 * @throws DomainError as `authorize` does; STALE_VERSION; INVALID_INPUT; WRONG_WORKSPACE_VERSION; FORBIDDEN for SCIM
 *   without ENTERPRISE
 */
export async function update(context: ServiceContext, input: WorkspaceUpdate): Promise<Workspace> {
  if (input.plan != null) await authorize(context, 'workspace.setPlan', input.workspaceId);
  if (input.scimEnabled != null) await authorize(context, 'workspace.setScim', input.workspaceId);
  return changeSettings(context, 'workspace.update', input, async (tx, before) => {
    requireFresh(before, input.expectedVersion);
    const leavesEnterprise =
      input.plan != null && input.plan !== 'ENTERPRISE' && before.plan === 'ENTERPRISE';
    const scimEnabled = input.scimEnabled ?? (leavesEnterprise ? false : before.scimEnabled);
    const next = {
      ...before,
      ...(input.name == null ? {} : { name: requiredName(input.name, LONGEST_NAME) }),
      ...defaultsIn(input, before),
      plan: input.plan ?? before.plan,
      scimEnabled,
    };
    requireEnterprise(next);
    if (leavesEnterprise) await demoteAdmins(context, tx, next);
    return next;
  });
}

function requireFresh({ revision }: Workspace, expectedVersion: number | null | undefined): void {
  if (expectedVersion == null || expectedVersion === revision) return;
  throw new DomainError(
    'STALE_VERSION',
    `The workspace has changed meanwhile: it has version ${revision}, not ${expectedVersion}.`,
    { attribute: 'expectedVersion', hint: 'Read the workspace again and repeat the change.' },
  );
}

/** The defaults that the input sets. @throws DomainError WRONG_WORKSPACE_VERSION for one of the other version */
function defaultsIn(input: WorkspaceUpdate, { version }: Workspace): Partial<Workspace> {
  const foreign =
    version === 'V1' ? (['defaultRole', 'defaultCreditLimit'] as const) : (['defaultSeatType'] as const);
  const wrong = foreign.find((name) => Object.hasOwn(input, name));
  if (wrong !== undefined) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', `A ${version} workspace has no ${wrong}.`, {
      attribute: wrong,
    });
  }
  const { defaultRole, defaultSeatType, defaultCreditLimit } = input;
  return {
    ...(defaultRole == null ? {} : { defaultRole }),
    ...(defaultSeatType === undefined ? {} : { defaultSeatType }),
    ...(defaultCreditLimit === undefined ? {} : { defaultCreditLimit }),
  };
}

/** Every demotion is a change of a member like any other, with its own version and audit entry. */
async function demoteAdmins(context: ServiceContext, tx: Transaction, workspace: Workspace): Promise<void> {
  const role: Role = workspace.version === 'V1' ? 'MEMBER' : 'EDITOR';
  for (const row of await findAdmins(tx, workspace.id)) {
    const { access, ...person } = stateOf(row);
    const next = { ...person, access: access && { ...access, role } };
    // A group that grants admin must not make admins of them again.
    const accessSetBy = workspace.version === 'V1' ? row.accessSetBy : 'WORKSPACE';
    await writeInTransaction(context, tx, { workspace, row, next, accessSetBy, action: 'member.update' });
  }
}

/**
 * Sets the total of a V2 workspace's pool, for the current month and later ones; past months keep theirs. It may be
 * lower than the used credits; then no more can be used until the next month.
 * @throws DomainError as `authorize` does; WRONG_WORKSPACE_VERSION on V1; INVALID_INPUT
 */
export async function setCreditPool(
  context: ServiceContext,
  { workspaceId, monthlyCredits }: { workspaceId: string; monthlyCredits: number },
): Promise<Workspace> {
  await authorize(context, 'credits.setPool', workspaceId);
  requirePool(monthlyCredits);
  return changeSettings(context, 'credits.setPool', { workspaceId }, async (tx, before) => {
    if (before.version !== 'V2') {
      throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
        attribute: 'monthlyCredits',
      });
    }
    await setPoolTotal(tx, workspaceId, monthlyCredits);
    return { ...before, monthlyCredits };
  });
}

/**
 * Locks the workspace, and writes the settings that `work` returns with their audit entry. Leaving a plan changes admins,
 * and members are locked before their workspace, as in every command.
 */
async function changeSettings(
  context: ServiceContext,
  action: Action,
  { workspaceId, plan }: Pick<WorkspaceUpdate, 'workspaceId' | 'plan'>,
  work: (tx: Transaction, before: Workspace) => Promise<Workspace>,
): Promise<Workspace> {
  return runCommand(context, action, workspaceId, async (tx) => {
    if (plan != null) await lockAdmins(tx, workspaceId);
    const before = await lockWorkspace(tx, workspaceId);
    if (before === undefined) throw workspaceNotFound();
    const next = await work(tx, before);
    const changes = changesBetween(settingsOf(before), settingsOf(next));
    await context.credentials.forgetAtCommit(tx);
    tx.afterCommit(() => context.grants.delete(workspaceId));
    if (Object.keys(changes).length === 0) return before;
    const written = { ...next, revision: before.revision + 1, updatedAt: new Date() };
    await writeSettings(tx, written);
    const target = { type: 'workspace', id: written.id, label: written.name };
    await record(context, tx, { workspaceId, action: 'workspace.update', target, changes });
    return written;
  });
}

async function lockAdmins(tx: Transaction, workspaceId: string): Promise<void> {
  const admins = await findAdmins(tx, workspaceId);
  await lockMembers(
    tx,
    workspaceId,
    admins.map(({ id }) => id),
  );
}

/**
 * The workspace, locked against commands that rely on its settings: otherwise an admin who is added while the plan
 * changes from ENTERPRISE would stay an admin.
 */
function lockWorkspace(tx: Transaction, workspaceId: string): Promise<Workspace | undefined> {
  return rowOf(
    tx,
    query
      .selectFrom('workspace')
      .select(TABLES.workspace.properties)
      .where('id', '=', workspaceId)
      .forUpdate(),
  );
}

async function writeSettings(
  tx: Transaction,
  { id, createdAt, version, ...settings }: Workspace,
): Promise<void> {
  await rowsOf(tx, query.updateTable('workspace').set(settings).where('id', '=', id));
}

/** The settings for audit entries. */
function settingsOf({
  id: _,
  revision: __,
  createdAt: ___,
  updatedAt: ____,
  ...settings
}: Workspace): object {
  return settings;
}
