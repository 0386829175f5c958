import type { Action } from '../../auth/policy.js';
import { refusedToRole, usesCredits } from '../../domain/credits.js';
import { DomainError } from '../../domain/errors.js';
import { resendingRefused, revokingRefused } from '../../domain/invitation.js';
import { ownerProtected } from '../../domain/member-state.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, mayChangeOwners } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { authorizeConsumption } from '../credits/consume.js';
import { lastOwner } from '../members/effects.js';
import type { InvitationRow } from '../rows/invitations.js';
import type { MemberRow } from '../rows/members.js';
import { ssoRefused } from '../sso/connection.js';

/** Whether the caller may do something, and if not, the refusal. */
export interface Ability {
  readonly allowed: boolean;
  /** The error with which the command would refuse it; null when it is allowed. */
  readonly refusal: DomainError | null;
}

const ALLOWED: Ability = { allowed: true, refusal: null };

export interface WorkspaceAbilities {
  readonly update: Ability;
  readonly setPlan: Ability;
  readonly setScim: Ability;
  readonly setSeats: Ability;
  readonly setCreditPool: Ability;
  readonly readMembers: Ability;
  readonly readCredits: Ability;
  readonly addMember: Ability;
  readonly changeMembers: Ability;
  readonly reviewAccess: Ability;
  readonly manageInvitations: Ability;
  readonly createGroup: Ability;
  readonly manageApiKeys: Ability;
  readonly readAuditLog: Ability;
  readonly manageSso: Ability;
  readonly readSignInLog: Ability;
  readonly manageScim: Ability;
}

export interface MemberAbilities {
  readonly update: Ability;
  readonly setAccess: Ability;
  readonly clearAccess: Ability;
  readonly setCreditLimit: Ability;
  readonly consumeCredits: Ability;
  readonly remove: Ability;
  readonly delete: Ability;
  readonly promote: Ability;
  readonly demote: Ability;
  readonly readHistory: Ability;
  readonly endSessions: Ability;
}

/** What the caller may do in the workspace, as decided by `authorize`. */
export async function ofWorkspace(context: ServiceContext, workspaceId: string): Promise<WorkspaceAbilities> {
  const may = (action: Action, refusalIn: (workspace: Workspace) => DomainError | false = () => false) =>
    ability(async () => {
      const { workspace } = await authorize(context, action, workspaceId);
      const refusal = refusalIn(workspace);
      if (refusal !== false) throw refusal;
    });
  const write = await may('member.write');
  const readMembers = await may('member.read');
  const readAuditLog = await may('audit.read');
  return {
    update: await may('workspace.update'),
    setPlan: await may('workspace.setPlan'),
    setScim: await may(
      'workspace.setScim',
      ({ plan }) =>
        plan !== 'ENTERPRISE' &&
        new DomainError('FORBIDDEN', 'SCIM is available on ENTERPRISE workspaces only.'),
    ),
    setSeats: await may(
      'seats.set',
      ({ version }) =>
        version !== 'V1' && new DomainError('WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.'),
    ),
    setCreditPool: await may('credits.setPool', noCredits),
    readMembers,
    readCredits: await may('credits.read', noCredits),
    addMember: write,
    changeMembers: write,
    reviewAccess: readMembers.allowed ? readAuditLog : readMembers,
    manageInvitations: await may('invitation.manage'),
    createGroup: await may('group.write'),
    manageApiKeys: await may('apiKey.manage'),
    readAuditLog,
    manageSso: await may('sso.manage', ssoRefused),
    readSignInLog: await may('signInLog.read'),
    manageScim: await may('scim.manage'),
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

export interface ApiKeyAbilities {
  readonly update: Ability;
  readonly rotate: Ability;
  readonly delete: Ability;
}

/** What the caller may do to an API key of the workspace. */
export async function ofApiKey(context: ServiceContext, workspaceId: string): Promise<ApiKeyAbilities> {
  const manage = await ability(async () => void (await authorize(context, 'apiKey.manage', workspaceId)));
  return { update: manage, rotate: manage, delete: manage };
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
  const isLast = member.isLastOwner && lastOwner();
  const onlyDemotion = isOwner && ownerProtected();
  const onlySeats = member.workspaceVersion === 'V2' && onlyDemotion;
  const nothingToClear =
    member.accessSetBy === null &&
    new DomainError('INVALID_INPUT', 'The access follows groups and default already.');
  const noLimit =
    (member.workspaceVersion === 'V1' &&
      new DomainError('WRONG_WORKSPACE_VERSION', 'V1 workspaces have no credit limits.')) ||
    (member.role !== 'ADMIN' &&
      member.role !== 'EDITOR' &&
      new DomainError('CREDIT_LIMIT_NOT_ALLOWED', 'creditLimit can only be set on admin or editor roles.'));
  return {
    update: await may('member.write'),
    setAccess: await may('member.write', inactive, onlySeats),
    clearAccess: await may('member.write', inactive, onlyDemotion, nothingToClear),
    setCreditLimit: await may('member.write', inactive, onlyDemotion, noLimit),
    consumeCredits: await ofConsumption(context, member),
    remove: await may('member.write', inactive, isLast),
    delete: await may('member.write', isLast),
    promote: await may(
      'owner.write',
      inactive,
      isOwner && new DomainError('INVALID_INPUT', 'The member is an owner already.'),
    ),
    demote: await may(
      'owner.write',
      !isOwner && new DomainError('INVALID_INPUT', 'The member is not an owner.'),
      isLast,
    ),
    readHistory: await may('audit.read'),
    endSessions: await may('session.manage'),
  };
}

export interface InvitationAbilities {
  readonly revoke: Ability;
  readonly resend: Ability;
}

/** What the caller may do to the invitation. */
export async function ofInvitation(
  context: ServiceContext,
  { workspaceId, status }: InvitationRow,
): Promise<InvitationAbilities> {
  const may = (refusal: DomainError | undefined) =>
    ability(async () => {
      await authorize(context, 'invitation.manage', workspaceId);
      if (refusal !== undefined) throw refusal;
    });
  return { revoke: await may(revokingRefused(status)), resend: await may(resendingRefused(status)) };
}

function noCredits({ version }: Workspace): DomainError | false {
  return version !== 'V2' && new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.');
}

/** Without the limit and the pool, which would cost a statement: `usage.blockedBy` shows them. */
function ofConsumption(context: ServiceContext, member: MemberRow): Promise<Ability> {
  const { id: memberId, workspaceId, role, userName } = member;
  return ability(async () => {
    await authorizeConsumption(context, { workspaceId, memberId });
    const { workspace } = await authorize(context, 'workspace.read', workspaceId);
    const refusal = noCredits(workspace);
    if (refusal !== false) throw refusal;
    if (!usesCredits(role)) throw new DomainError('CREDITS_EXHAUSTED', refusedToRole(role, userName).message);
  });
}

async function ability(attempt: () => Promise<void>): Promise<Ability> {
  try {
    await attempt();
    return ALLOWED;
  } catch (error) {
    if (error instanceof DomainError) return { allowed: false, refusal: error };
    throw error;
  }
}
