import { DomainError } from './errors.js';

/** Whether an invitation is for one address, or for anybody who has the link. */
export const INVITATION_KINDS = ['EMAIL', 'LINK'] as const;
export type InvitationKind = (typeof INVITATION_KINDS)[number];

/** The status of an invitation, computed from its events and the time (rule 22). */
export const INVITATION_STATUSES = ['PENDING', 'ACCEPTED', 'SUPERSEDED', 'REVOKED', 'EXPIRED'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

/** The delivery status of the mail with the token. */
export const MAIL_DELIVERIES = ['NOT_SENT', 'QUEUED', 'SENT', 'FAILED'] as const;
export type MailDelivery = (typeof MAIL_DELIVERIES)[number];

/** Rule 22: "They expire after 60 days". */
export const INVITATION_DAYS = 60;

/** How long a mail can wait to be sent; after that its server is taken to have stopped. */
export const LONGEST_QUEUED_HOURS = 1;

const ASK_FOR_NEW = 'Ask an owner or admin of the workspace for a new invitation.';

const CLOSED: Readonly<
  Record<Exclude<InvitationStatus, 'PENDING'>, readonly [message: string, hint: string]>
> = {
  ACCEPTED: ['The invitation has been accepted and cannot be used again.', ASK_FOR_NEW],
  SUPERSEDED: [
    'The person has become a member in another way since the invitation was sent: it can no longer be used.',
    ASK_FOR_NEW,
  ],
  REVOKED: ['The invitation has been revoked.', ASK_FOR_NEW],
  EXPIRED: [
    `The invitation has expired: it was valid for ${INVITATION_DAYS} days.`,
    'Ask an owner or admin of the workspace to send it again.',
  ],
};

/** The refusal for a person who opens an invitation that cannot be accepted any more. */
export function invitationClosed(status: Exclude<InvitationStatus, 'PENDING'>): DomainError {
  const [message, hint] = CLOSED[status];
  return new DomainError('INVITATION_CLOSED', message, { hint });
}

/** Returns why an invitation cannot be revoked; undefined when it can, or when it is already revoked. */
export function revokingRefused(status: InvitationStatus): DomainError | undefined {
  if (status !== 'ACCEPTED') return undefined;
  return new DomainError('INVITATION_CLOSED', 'The invitation has been accepted.', {
    hint: 'Remove the member instead.',
  });
}

/**
 * Returns why an invitation cannot be sent again; undefined when it is pending or expired, or when the person who
 * accepted it has left.
 */
export function resendingRefused(status: InvitationStatus): DomainError | undefined {
  if (status !== 'ACCEPTED' && status !== 'REVOKED') return undefined;
  return new DomainError(
    'INVITATION_CLOSED',
    status === 'ACCEPTED' ? 'The invitation has been accepted.' : 'The invitation has been revoked.',
    { hint: 'Create a new invitation.' },
  );
}
