import type { Transaction } from '../../database/database.js';
import { readAddress } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import {
  type InvitationKind,
  type InvitationStatus,
  resendingRefused,
  revokingRefused,
} from '../../domain/invitation.js';
import { memberAfter } from '../../domain/member-state.js';
import type { MemberWish } from '../../domain/provisioning.js';
import type { MemberAccess } from '../../model/access.js';
import { authorize, authorizeNow, type Grant } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type Comparison, comparisonSql, type TextComparison } from '../lists/comparison.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import * as members from '../members/members.js';
import { type AccessWish, accessWish, authorizeAccess } from '../members/requested-access.js';
import { circumstances } from '../members/transaction.js';
import {
  findInvitation,
  INVITATION_COLUMNS,
  type InvitationRow,
  KIND,
  lockInvitation,
  STATUS,
} from '../rows/invitations.js';
import { lockMembers, type MemberRow, memberAccess } from '../rows/members.js';
import {
  alreadyInvited,
  DEFAULT_ACCESS,
  type InvitedAccess,
  insertInvitations,
  invitingRefused,
  type MintedInvitation,
  type NewInvitation,
  renewInvitation,
  revokeInvitation,
  standingsOf,
} from './write.js';

export type { InvitationRow } from '../rows/invitations.js';
export type { MintedInvitation } from './write.js';

/** Which invitations are meant: everything said must hold. */
export interface InvitationFilter {
  readonly status?: Comparison<InvitationStatus> | null;
  readonly kind?: Comparison<InvitationKind> | null;
  readonly email?: TextComparison | null;
}

export const INVITATION_ORDER_FIELDS = ['CREATED_AT', 'EMAIL', 'SENT_AT', 'EXPIRES_AT'] as const;

export interface InvitationOrder {
  readonly field: (typeof INVITATION_ORDER_FIELDS)[number];
  readonly descending: boolean;
}

const ORDER_COLUMNS = {
  CREATED_AT: { column: 'i.created_at', type: 'timestamptz' },
  EMAIL: { column: 'i.canonical_email', type: 'text', nullable: true },
  SENT_AT: { column: 'i.sent_at', type: 'timestamptz' },
  EXPIRES_AT: { column: 'i.expires_at', type: 'timestamptz' },
} as const;

const NEWEST_FIRST: InvitationOrder = { field: 'CREATED_AT', descending: true };

/**
 * The invitations of a workspace, newest first unless told.
 * @throws DomainError as `authorize` and `Page` do
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: InvitationFilter,
  order: InvitationOrder | null,
  page: PageArguments,
): Promise<Page<InvitationRow>> {
  await authorize(context, 'invitation.read', workspaceId);
  const { field, descending } = order ?? NEWEST_FIRST;
  const values: unknown[] = [workspaceId];
  const conditions = ['i.workspace_id = $1', ...filterSql(filter, values)];
  return new Page<InvitationRow>(
    context.batched,
    {
      columns: INVITATION_COLUMNS,
      from: 'invitation i',
      where: conditions.join(' and '),
      values,
      id: 'i.id',
      orderBy: ORDER_COLUMNS[field],
      descending,
    },
    page,
    asIs,
  );
}

function filterSql({ status, kind, email }: InvitationFilter, values: unknown[]): string[] {
  const words = { type: 'text', nullable: false };
  return [
    ...(status == null
      ? []
      : comparisonSql({ name: 'status', expression: `(${STATUS})`, ...words }, status, values)),
    ...(kind == null ? [] : comparisonSql({ name: 'kind', expression: `(${KIND})`, ...words }, kind, values)),
    ...(email == null
      ? []
      : comparisonSql(
          {
            name: 'email',
            expression: 'i.canonical_email',
            type: 'text',
            nullable: true,
            canonical: canonicalUserName,
          },
          email,
          values,
        )),
  ];
}

/**
 * One of the workspace's invitations.
 * @returns null when there is none with that id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  { workspaceId, invitationId }: InvitationTarget,
): Promise<InvitationRow | null> {
  await authorize(context, 'invitation.read', workspaceId);
  return (await findInvitation(context.batched, workspaceId, invitationId)) ?? null;
}

/** What somebody will be allowed who accepts; null: what the workspace's default is then. */
export function accessOf(invitation: InvitationRow): MemberAccess | null {
  return memberAccess(invitation);
}

/**
 * Who has accepted it.
 * @returns null when nobody has, and when the member has been deleted
 * @throws DomainError as `members.get` does
 */
export function acceptedBy(
  context: ServiceContext,
  { workspaceId, acceptedBy: id }: InvitationRow,
): Promise<MemberRow | null> {
  return id === null ? Promise.resolve(null) : members.get(context, workspaceId, { id });
}

interface InvitationTarget {
  readonly workspaceId: string;
  readonly invitationId: string;
}

/**
 * Invites the person with an address (rule 22). One whose invitation has expired is invited anew.
 * @throws DomainError as `authorize` does; INVALID_INPUT; ALREADY_A_MEMBER; ALREADY_INVITED; what an access is refused for
 */
export async function create(
  context: ServiceContext,
  input: {
    readonly workspaceId: string;
    readonly email: string;
    readonly access?: AccessWish | null;
  },
): Promise<MintedInvitation> {
  const { workspaceId, access = null } = input;
  const grant = await authorize(context, 'invitation.manage', workspaceId);
  await authorizeAccess(context, workspaceId, access);
  const email = readAddress(input.email, 'email');
  return managing(context, grant, async (tx, now) => {
    const invited = invitedAccess(context, now, email, access);
    const [standing] = await standingsOf(tx, workspaceId, [email]);
    const refusal = standing && invitingRefused(email, standing);
    if (refusal !== undefined) throw refusal;
    return insertOne(context, tx, now, { email, access: invited, maxUses: 1 });
  });
}

/**
 * Makes a link that lets in whoever has it, for 60 days (rule 22).
 * @throws DomainError as `authorize` does; INVALID_INPUT; what an access is refused for
 */
export async function createLink(
  context: ServiceContext,
  input: {
    readonly workspaceId: string;
    readonly access?: AccessWish | null;
    readonly maxUses?: number | null;
  },
): Promise<MintedInvitation> {
  const { workspaceId, access = null, maxUses = null } = input;
  const grant = await authorize(context, 'invitation.manage', workspaceId);
  await authorizeAccess(context, workspaceId, access);
  return managing(context, grant, (tx, now) => {
    const invited = invitedAccess(context, now, 'somebody', access);
    return insertOne(context, tx, now, { email: null, access: invited, maxUses });
  });
}

async function insertOne(
  context: ServiceContext,
  tx: Transaction,
  { workspace }: Grant,
  invitation: NewInvitation,
): Promise<MintedInvitation> {
  const [minted] = await insertInvitations(context, tx, workspace, [invitation]);
  if (minted === undefined) throw alreadyInvited(invitation.email ?? 'somebody');
  return minted;
}

/** The access that an invitation is to give, judged as that of somebody who is added (rules 3–6). */
function invitedAccess(
  context: ServiceContext,
  grant: Grant,
  userName: string,
  access: AccessWish | null,
): InvitedAccess {
  if (access === null) return DEFAULT_ACCESS;
  return judgedAccess(context, grant, {
    mode: 'CREATE',
    userName,
    ...accessWish(grant.workspace, access),
  });
}

/**
 * What a wish about somebody new comes to, as far as it says something about access.
 * @throws DomainError whatever `memberAfter` refuses
 */
export function judgedAccess(context: ServiceContext, grant: Grant, wish: MemberWish): InvitedAccess {
  const { access } = memberAfter(null, wish, circumstances(context, grant));
  if (access === null || (wish.role === undefined && wish.seatType === undefined)) return DEFAULT_ACCESS;
  const { seatType, creditLimit } = access;
  const role = INVITED_ROLES.find((known) => known === access.role) ?? null;
  return { role, seatType, creditLimit };
}

const INVITED_ROLES = ['ADMIN', 'EDITOR', 'VIEWER', 'MEMBER'] as const;

/**
 * Revokes an invitation: its token opens nothing any more. Whoever has come by a link stays.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVITATION_CLOSED when it has been accepted
 */
export async function revoke(
  context: ServiceContext,
  target: InvitationTarget,
): Promise<{ invitation: InvitationRow; changed: boolean }> {
  return onInvitation(context, target, async (tx, invitation) => {
    const refusal = revokingRefused(invitation.status);
    if (refusal !== undefined) throw refusal;
    if (invitation.status === 'REVOKED') return { invitation, changed: false };
    return { invitation: await revokeInvitation(context, tx, invitation), changed: true };
  });
}

/**
 * Sends an invitation again, with another token and for another 60 days: the former token opens nothing any more. A
 * link gets another token.
 * @throws DomainError as `authorize` does; NOT_FOUND; ALREADY_A_MEMBER; INVITATION_CLOSED when accepted or revoked
 */
export async function resend(context: ServiceContext, target: InvitationTarget): Promise<MintedInvitation> {
  return onInvitation(context, target, async (tx, invitation, { workspace }) => {
    const refusal = resendingRefused(invitation.status);
    if (refusal !== undefined) throw refusal;
    const { email } = invitation;
    const [standing] = email === null ? [] : await standingsOf(tx, workspace.id, [email]);
    if (email !== null && standing?.isMember === true)
      throw invitingRefused(email, standing) ?? alreadyInvited(email);
    return renewInvitation(context, tx, workspace, invitation);
  });
}

/** Works on one invitation in a transaction that holds its lock. */
async function onInvitation<Result>(
  context: ServiceContext,
  { workspaceId, invitationId }: InvitationTarget,
  work: (tx: Transaction, invitation: InvitationRow, now: Grant) => Promise<Result>,
): Promise<Result> {
  const grant = await authorize(context, 'invitation.manage', workspaceId);
  return managing(context, grant, async (tx, now) => {
    const invitation = await lockInvitation(tx, workspaceId, invitationId);
    if (invitation === undefined)
      throw new DomainError('NOT_FOUND', 'There is no such invitation in this workspace.');
    return work(tx, invitation, now);
  });
}

/** A command about invitations, with the rights that the caller has under the locks. */
export function managing<Result>(
  context: ServiceContext,
  { workspace, memberId }: Grant,
  work: (tx: Transaction, now: Grant) => Promise<Result>,
): Promise<Result> {
  return context.database.transaction(async (tx) => {
    if (memberId !== null) await lockMembers(tx, workspace.id, [memberId]);
    return work(tx, await authorizeNow(context, tx, 'invitation.manage', workspace.id));
  });
}
