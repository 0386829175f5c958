import type { Action } from '../auth/policy.js';
import { refusedToRole, usesCredits } from '../domain/credits.js';
import { DomainError, type ErrorCode } from '../domain/errors.js';
import { ownerProtected } from '../domain/member-state.js';
import { authorize, mayChangeOwners } from './authorization.js';
import type { ServiceContext } from './context.js';
import { authorizeConsumption } from './credit-consumption.js';
import type { MemberRow } from './member-rows.js';

/** Whether the caller may do something; if not, why, in the words in which the command would refuse it. */
export interface Ability {
  readonly allowed: boolean;
  readonly code: ErrorCode | null;
  readonly reason: string | null;
}

const ALLOWED: Ability = { allowed: true, code: null, reason: null };

export interface WorkspaceAbilities {
  readonly update: Ability;
  readonly setScim: Ability;
  readonly setSeats: Ability;
  readonly setCreditPool: Ability;
  readonly readCredits: Ability;
  readonly addMember: Ability;
  readonly createGroup: Ability;
  readonly manageApiKeys: Ability;
  readonly readAuditLog: Ability;
}

export interface MemberAbilities {
  readonly update: Ability;
  readonly setAccess: Ability;
  readonly setCreditLimit: Ability;
  readonly consumeCredits: Ability;
  readonly remove: Ability;
  readonly delete: Ability;
  readonly promote: Ability;
  readonly demote: Ability;
}

/** What the caller may do in the workspace: asks `authorize`, so that both always agree. */
export async function ofWorkspace(context: ServiceContext, workspaceId: string): Promise<WorkspaceAbilities> {
  const may = (action: Action) => ability(async () => void (await authorize(context, action, workspaceId)));
  return {
    update: await may('workspace.update'),
    setScim: await may('workspace.setScim'),
    setSeats: await may('seats.set'),
    setCreditPool: await may('credits.setPool'),
    readCredits: await may('credits.read'),
    addMember: await may('member.write'),
    createGroup: await may('group.write'),
    manageApiKeys: await may('apiKey.manage'),
    readAuditLog: await may('audit.read'),
  };
}

export interface GroupAbilities {
  readonly update: Ability;
  readonly setGrant: Ability;
  readonly delete: Ability;
}

/** What the caller may do to a group of the workspace. */
export async function ofGroup(context: ServiceContext, workspaceId: string): Promise<GroupAbilities> {
  const may = (action: Action) => ability(async () => void (await authorize(context, action, workspaceId)));
  const write = await may('group.write');
  return { update: write, setGrant: await may('group.grant'), delete: write };
}

/** What the caller may do to the member. */
export async function ofMember(context: ServiceContext, member: MemberRow): Promise<MemberAbilities> {
  const isOwner = member.role === 'OWNER';
  const may = (action: Action, ...refusals: (DomainError | false)[]) =>
    ability(async () => {
      const grant = await authorize(context, action, member.workspaceId);
      if (action === 'member.write' && isOwner && !mayChangeOwners(context, grant)) throw ownerProtected();
      const refusal = refusals.find((candidate) => candidate !== false);
      if (refusal !== undefined) throw refusal;
    });
  const inactive = !member.active && new DomainError('INVALID_INPUT', 'The member is not active.');
  const onlyDemotion = isOwner && ownerProtected();
  const onlySeats = member.workspaceVersion === 'V2' && onlyDemotion;
  const noLimit =
    (member.workspaceVersion === 'V1' &&
      new DomainError('WRONG_WORKSPACE_VERSION', 'V1 workspaces have no credit limits.')) ||
    (member.role !== 'ADMIN' &&
      member.role !== 'EDITOR' &&
      new DomainError('CREDIT_LIMIT_NOT_ALLOWED', 'creditLimit can only be set on admin or editor roles.'));
  return {
    update: await may('member.write'),
    setAccess: await may('member.write', inactive, onlySeats),
    setCreditLimit: await may('member.write', inactive, onlyDemotion, noLimit),
    consumeCredits: await ofConsumption(context, member),
    remove: await may('member.write', inactive),
    delete: await may('member.write'),
    promote: await may(
      'owner.write',
      inactive,
      isOwner && new DomainError('INVALID_INPUT', 'The member is an owner already.'),
    ),
    demote: await may(
      'owner.write',
      !isOwner && new DomainError('INVALID_INPUT', 'The member is not an owner.'),
    ),
  };
}

/** Limit and pool are not looked at, which would cost a statement: `usage.blockedBy` tells of them. */
function ofConsumption(context: ServiceContext, member: MemberRow): Promise<Ability> {
  const { id: memberId, workspaceId, role, userName } = member;
  return ability(async () => {
    await authorizeConsumption(context, { workspaceId, memberId });
    const { workspace } = await authorize(context, 'workspace.read', workspaceId);
    if (workspace.version === 'V1') {
      throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.');
    }
    if (!usesCredits(role)) throw new DomainError('CREDITS_EXHAUSTED', refusedToRole(role, userName).message);
  });
}

async function ability(attempt: () => Promise<void>): Promise<Ability> {
  try {
    await attempt();
    return ALLOWED;
  } catch (error) {
    if (error instanceof DomainError) return { allowed: false, code: error.code, reason: error.message };
    throw error;
  }
}
