import type { Transaction } from '../../database/database.js';
import {
  type AssignableRole,
  MAX_CREDIT_LIMIT,
  type Role,
  type SeatType,
  type WorkspaceVersion,
} from '../../domain/access.js';
import { isAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { requiredName } from '../../domain/text.js';
import type { MemberAccess } from '../../model/access.js';
import type { Plan } from '../../model/enums.js';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';
import { changesBetween, record } from '../audit/record.js';
import { authenticated, authorize, authorizeOperator, workspaceNotFound } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { holdEachMonth } from '../credits/queries.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { apply, memberChanges, openMembership } from '../members/write.js';
import * as accounts from '../rows/accounts.js';
import { findAdmins, lockMembers, memberAccess, stateOf } from '../rows/members.js';
import { sessionOpens, sessionValues } from '../rows/sessions.js';
import { WORKSPACE_COLUMNS } from '../rows/workspaces.js';

const LONGEST_NAME = 200;

export interface NewWorkspace {
  readonly name: string;
  readonly version: WorkspaceVersion;
  readonly plan: Plan;
  readonly scimEnabled: boolean;
  /** The address of its first owner. */
  readonly ownerEmail: string;
  /** V1: how many seats of which type. */
  readonly seats?: readonly { readonly seatType: SeatType; readonly total: number }[] | null;
  /** V2: what the pool holds each month. */
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
  checkNewWorkspace(input, seats);
  return context.database.transaction(async (tx) => {
    const now = new Date();
    const workspace = tx.em.create(
      Workspace,
      {
        id: newId(),
        name: requiredName(input.name, LONGEST_NAME),
        version: input.version,
        plan: input.plan,
        scimEnabled: input.scimEnabled,
        defaultRole: input.version === 'V2' ? 'VIEWER' : null,
        defaultSeatType: null,
        defaultCreditLimit: null,
        monthlyCredits: input.monthlyCredits ?? null,
        revision: 1,
        createdAt: now,
        updatedAt: now,
      },
      { persist: true },
    );
    for (const { seatType, total } of seats) {
      const allocation = {
        workspaceId: workspace.id,
        seatType,
        workspaceVersion: 'V1' as const,
        total,
        used: 0,
      };
      tx.em.create(SeatAllocation, allocation, { persist: true });
    }
    await tx.em.flush();
    if (workspace.monthlyCredits !== null) await holdEachMonth(tx, workspace.id, workspace.monthlyCredits);
    await record(context, tx, {
      workspaceId: workspace.id,
      action: 'workspace.create',
      target: { type: 'workspace', id: workspace.id, label: workspace.name },
      changes: changesBetween({}, { ...described(workspace), seats, ownerEmail: input.ownerEmail }),
    });
    return { workspace, ownerMemberId: await addFirstOwner(context, tx, workspace, input.ownerEmail) };
  });
}

function checkNewWorkspace(input: NewWorkspace, seats: NonNullable<NewWorkspace['seats']>): void {
  if (!isAddress(input.ownerEmail)) {
    throw new DomainError('INVALID_INPUT', 'ownerEmail must be an e-mail address.', {
      attribute: 'ownerEmail',
    });
  }
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
  email: string,
): Promise<string> {
  const id = newId();
  const access = { role: 'OWNER', seatType: null, creditLimit: null, creditLimitSetBy: null } as const;
  await tx.rows(
    `insert into member (id, workspace_id, account_id, user_name, profile, managed_by, version, created_at, updated_at)
     values ($1, $2, $3, $4, '{}', 'WORKSPACE', 1, now(), now())`,
    [id, workspace.id, await accounts.findOrCreate(tx, email), email],
  );
  await openMembership(tx, workspace, id, access, null);
  await record(context, tx, {
    workspaceId: workspace.id,
    action: 'member.add',
    target: { type: 'member', id, label: email },
    changes: memberChanges(null, { userName: email, externalId: null, profile: {}, access }),
  });
  return id;
}

/**
 * One workspace, if the caller has a part in it.
 * @returns null when there is none for the caller
 * @throws DomainError UNAUTHENTICATED
 */
export async function get(context: ServiceContext, workspaceId: string): Promise<Workspace | null> {
  try {
    return (await authorize(context, 'workspace.read', workspaceId)).workspace;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/**
 * The workspaces in which the caller has a part: a key's own, a person's, an operator's all.
 * @throws DomainError UNAUTHENTICATED
 */
export async function list(context: ServiceContext, page: PageArguments): Promise<Page<Workspace>> {
  const actor = authenticated(context);
  const [where, values] =
    actor.type === 'API_KEY'
      ? ['w.id = $1', [actor.workspace.id]]
      : actor.type === 'PERSON'
        ? [WORKSPACES_OF_PERSON, sessionValues(actor)]
        : ['true', []];
  return new Page<Workspace>(
    context.reads,
    { columns: WORKSPACE_COLUMNS, from: 'workspace w', where, values, id: 'w.id' },
    page,
    asIs,
  );
}

const WORKSPACES_OF_PERSON = `
  exists (select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
          where m.workspace_id = w.id and m.account_id = $1 and ${sessionOpens(1)})`;

/** What somebody gets who is added without a role or a seat; null on V1 when no seat is given (rules 4, 10). */
export function defaultAccess({ version, defaultRole, defaultSeatType }: Workspace): MemberAccess | null {
  if (version === 'V1') return defaultSeatType === null ? null : { seatType: defaultSeatType };
  return memberAccess({ workspaceVersion: version, role: defaultRole, seatType: null, creditLimit: null });
}

export interface WorkspaceUpdate {
  readonly workspaceId: string;
  readonly name?: string | null;
  readonly plan?: Plan | null;
  readonly scimEnabled?: boolean | null;
  readonly defaultRole?: AssignableRole | null;
  /** Null: no seat. Absent: as it is. */
  readonly defaultSeatType?: SeatType | null;
  /** Null: no limit. Absent: as it is. */
  readonly defaultCreditLimit?: number | null;
}

/**
 * Changes settings; what is absent stays. Plan and SCIM are for operators. Leaving ENTERPRISE makes editors (V1:
 * members) of admins and switches SCIM off (rule 24).
 * @throws DomainError as `authorize` does; INVALID_INPUT; WRONG_WORKSPACE_VERSION; FORBIDDEN for SCIM without ENTERPRISE
 */
export async function update(context: ServiceContext, input: WorkspaceUpdate): Promise<Workspace> {
  await authorize(context, 'workspace.update', input.workspaceId);
  if (input.plan != null) await authorize(context, 'workspace.setPlan', input.workspaceId);
  if (input.scimEnabled != null) await authorize(context, 'workspace.setScim', input.workspaceId);
  return changing(context, input, async (tx, workspace) => {
    if (input.name != null) workspace.name = requiredName(input.name, LONGEST_NAME);
    setDefaults(workspace, input);
    const leavesEnterprise =
      input.plan != null && input.plan !== 'ENTERPRISE' && workspace.plan === 'ENTERPRISE';
    if (input.plan != null) workspace.plan = input.plan;
    if (leavesEnterprise) workspace.scimEnabled = false;
    if (input.scimEnabled != null) workspace.scimEnabled = input.scimEnabled;
    requireEnterprise(workspace);
    if (leavesEnterprise) await demoteAdmins(context, tx, workspace);
  });
}

function setDefaults(workspace: Workspace, input: WorkspaceUpdate): void {
  const foreign =
    workspace.version === 'V1'
      ? (['defaultRole', 'defaultCreditLimit'] as const)
      : (['defaultSeatType'] as const);
  const wrong = foreign.find((name) => Object.hasOwn(input, name));
  if (wrong !== undefined) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', `A ${workspace.version} workspace has no ${wrong}.`, {
      attribute: wrong,
    });
  }
  if (input.defaultRole != null) workspace.defaultRole = input.defaultRole;
  if (input.defaultSeatType !== undefined) workspace.defaultSeatType = input.defaultSeatType;
  if (input.defaultCreditLimit !== undefined) workspace.defaultCreditLimit = input.defaultCreditLimit;
}

/** Each is a change of a member like any other, with its own version and audit entry. */
async function demoteAdmins(context: ServiceContext, tx: Transaction, workspace: Workspace): Promise<void> {
  const role: Role = workspace.version === 'V1' ? 'MEMBER' : 'EDITOR';
  for (const row of await findAdmins(tx, workspace.id)) {
    const { access, ...person } = stateOf(row);
    const next = { ...person, access: access && { ...access, role } };
    // A group that grants admin must not make admins of them again.
    const accessSetBy = workspace.version === 'V1' ? row.accessSetBy : 'WORKSPACE';
    await apply(context, tx, { workspace, row, next, accessSetBy, action: 'member.update' });
  }
}

/**
 * Sets what a V2 workspace's pool holds: in the current month, at once, and in those that come; what past months held
 * stays. It may be less than is used by now: then nothing more is used until the next month.
 * @throws DomainError as `authorize` does; WRONG_WORKSPACE_VERSION on V1; INVALID_INPUT
 */
export async function setCreditPool(
  context: ServiceContext,
  { workspaceId, monthlyCredits }: { workspaceId: string; monthlyCredits: number },
): Promise<Workspace> {
  await authorize(context, 'credits.setPool', workspaceId);
  requirePool(monthlyCredits);
  return changing(context, { workspaceId }, async (tx, workspace) => {
    if (workspace.version !== 'V2') {
      throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
        attribute: 'monthlyCredits',
      });
    }
    workspace.monthlyCredits = monthlyCredits;
    await holdEachMonth(tx, workspaceId, monthlyCredits);
  });
}

/**
 * Locks the workspace, works on it, and writes down what became different. Where a plan is left, admins may change,
 * and members are locked before their workspace, here as everywhere.
 */
async function changing(
  context: ServiceContext,
  { workspaceId, plan }: Pick<WorkspaceUpdate, 'workspaceId' | 'plan'>,
  work: (tx: Transaction, workspace: Workspace) => Promise<void>,
): Promise<Workspace> {
  return context.database.transaction(async (tx) => {
    if (plan != null) {
      const admins = await findAdmins(tx, workspaceId);
      await lockMembers(
        tx,
        workspaceId,
        admins.map(({ id }) => id),
      );
    }
    // Excludes whoever adds or changes members by the settings as they were: an admin who is added while the plan is
    // left would stay one.
    await tx.rows('select 1 from workspace where id = $1 for update', [workspaceId]);
    const workspace = await tx.em.findOne(Workspace, { id: workspaceId });
    if (workspace === null) throw workspaceNotFound();
    const before = described(workspace);
    await work(tx, workspace);
    const changes = changesBetween(before, described(workspace));
    if (Object.keys(changes).length > 0) {
      workspace.revision += 1;
      workspace.updatedAt = new Date();
      const target = { type: 'workspace', id: workspace.id, label: workspace.name };
      await record(context, tx, { workspaceId, action: 'workspace.update', target, changes });
    }
    await context.credentials.forgetAtCommit(tx);
    tx.afterCommit(() => context.grants.delete(workspaceId));
    return workspace;
  });
}

function described(workspace: Workspace): object {
  const {
    name,
    version,
    plan,
    scimEnabled,
    defaultRole,
    defaultSeatType,
    defaultCreditLimit,
    monthlyCredits,
  } = workspace;
  return {
    name,
    version,
    plan,
    scimEnabled,
    defaultRole,
    defaultSeatType,
    defaultCreditLimit,
    monthlyCredits,
  };
}
