import { selection } from '../../database/statement.js';
import { canonicalUserName } from '../../domain/canonical.js';
import type { InvitationKind, InvitationStatus, MailDelivery } from '../../domain/invitation.js';
import type { MemberAccess } from '../../model/access.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type Comparison, comparisonSql, type TextComparison } from '../lists/comparison.js';
import { asIs, type Edge, edgeIn, Page, type PageArguments } from '../lists/page.js';
import { getMember } from '../members/queries.js';
import {
  DELIVERY,
  findInvitation,
  INVITATION_COLUMNS,
  INVITATION_TYPES,
  type InvitationRow,
  KIND,
  STATUS,
} from '../rows/invitations.js';
import { type MemberRow, memberAccess } from '../rows/members.js';

const INVITATIONS = selection({
  name: 'invitations.list',
  columns: INVITATION_COLUMNS,
  types: INVITATION_TYPES,
  from: 'invitation i',
});

/** All conditions must hold. */
export interface InvitationFilter {
  readonly status?: Comparison<InvitationStatus> | null;
  readonly kind?: Comparison<InvitationKind> | null;
  readonly delivery?: Comparison<MailDelivery> | null;
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

/** An invitation as an item of its workspace's list, in the usual order. */
export function invitationEdge(invitation: InvitationRow): Edge<InvitationRow> {
  const { workspaceId, createdAt } = invitation;
  const order = {
    name: INVITATIONS.name,
    owner: workspaceId,
    orderBy: ORDER_COLUMNS.CREATED_AT,
    descending: true,
  };
  // The time as PostgreSQL writes it.
  return edgeIn(order, invitation, createdAt.toISOString().replace('T', ' ').replace('Z', '+00'));
}

/**
 * The invitations of a workspace, newest first by default.
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
      ...INVITATIONS,
      owner: workspaceId,
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

function filterSql({ status, kind, delivery, email }: InvitationFilter, values: unknown[]): string[] {
  const text = { type: 'text', nullable: false };
  return [
    ...(status == null
      ? []
      : comparisonSql({ name: 'status', expression: `(${STATUS})`, ...text }, status, values)),
    ...(kind == null ? [] : comparisonSql({ name: 'kind', expression: `(${KIND})`, ...text }, kind, values)),
    ...(delivery == null
      ? []
      : comparisonSql(
          { name: 'delivery', expression: `(${DELIVERY})`, type: 'text', nullable: true },
          delivery,
          values,
        )),
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
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  { workspaceId, invitationId }: { readonly workspaceId: string; readonly invitationId: string },
): Promise<InvitationRow | null> {
  await authorize(context, 'invitation.read', workspaceId);
  return (await findInvitation(context.batched, workspaceId, invitationId)) ?? null;
}

/** The access that accepting gives; null: the workspace's default at that time. */
export function invitedAccess(invitation: InvitationRow): MemberAccess | null {
  return memberAccess(invitation);
}

/**
 * The member that accepted the invitation.
 * @returns null when nobody has accepted, and when the member has been deleted
 * @throws DomainError as `members.get` does
 */
export function acceptedBy(
  context: ServiceContext,
  { workspaceId, acceptedBy: id }: InvitationRow,
): Promise<MemberRow | null> {
  return id === null ? Promise.resolve(null) : getMember(context, workspaceId, { id });
}
