import { formatNumber } from '../../app/formats.js';
import { type Translate, useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Menu } from '../../ui/menu.js';
import { Badge, type Tone } from '../../ui/notice.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { accessText } from '../members/person.js';
import { blockedBecause } from '../members/row-menu.js';
import { useDirectChange } from './change.js';
import type { InvitationRowFragment } from './invitations.generated.js';
import { InvitationResendDocument, InvitationRevokeDocument } from './invitations.generated.js';
import type { Issued } from './invite.js';

const TONES: Readonly<Record<InvitationRowFragment['status'], Tone>> = {
  PENDING: 'warning',
  ACCEPTED: 'success',
  EXPIRED: 'neutral',
  REVOKED: 'neutral',
  SUPERSEDED: 'neutral',
};

interface InvitationsTableProps {
  readonly invitations: readonly InvitationRowFragment[];
  readonly onIssued: (issued: Issued) => void;
}

export function InvitationsTable({ invitations, onIssued }: InvitationsTableProps) {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  return (
    <PlainTable
      label={t('invitations.title')}
      columns={[
        t('invitations.to'),
        t('members.column.access'),
        t('members.column.status'),
        t('invitations.delivery'),
        t('invitations.sent'),
        t('invitations.expires'),
        t('invitations.by'),
        t('members.column.actions'),
      ]}
      rows={invitations.map((invitation) => {
        const { id, status, role, access, sentAt, expiresAt, invitedBy } = invitation;
        return {
          id,
          cells: [
            <strong key="to">{nameOf(invitation, t)}</strong>,
            access === null
              ? t('invitations.default')
              : accessText({ active: true, role, access }, accessModel, t),
            <Badge key="status" tone={TONES[status]}>
              {t(`invitation.${status}`)}
            </Badge>,
            <Delivery key="delivery" invitation={invitation} />,
            <Time key="sent" at={sentAt} form="ago" />,
            <Time key="expires" at={expiresAt} form="date" />,
            invitedBy,
            <Actions key="actions" invitation={invitation} onIssued={onIssued} />,
          ],
        };
      })}
    />
  );
}

function nameOf({ kind, email, useCount, maxUses }: InvitationRowFragment, t: Translate): string {
  if (kind === 'EMAIL') return email ?? '';
  const used = formatNumber(useCount);
  return maxUses === null
    ? t('invitations.link', { used })
    : t('invitations.limitedLink', { used, most: formatNumber(maxUses) });
}

function Delivery({
  invitation: { kind, delivery, deliveryError },
}: {
  readonly invitation: InvitationRowFragment;
}) {
  const t = useMessages();
  if (kind === 'LINK' || delivery === null) return null;
  return (
    <>
      <Badge tone={delivery === 'FAILED' ? 'danger' : 'neutral'}>{t(`delivery.${delivery}`)}</Badge>{' '}
      {deliveryError}
    </>
  );
}

interface ActionsProps {
  readonly invitation: InvitationRowFragment;
  readonly onIssued: (issued: Issued) => void;
}

function Actions({ invitation, onIssued }: ActionsProps) {
  const t = useMessages();
  const send = useDirectChange();
  const { id: workspaceId } = useWorkspace();
  const { id: invitationId, viewerCan } = invitation;
  const input = { workspaceId, invitationId };
  const name = nameOf(invitation, t);
  const resend = async () => {
    const answer = await send(InvitationResendDocument, { input });
    if (answer?.invitationResend != null) onIssued(answer.invitationResend);
  };
  const revoke = async () => {
    if ((await send(InvitationRevokeDocument, { input })) !== null)
      showToast({ text: t('invitation.revoked', { name }) });
  };
  return (
    <Menu
      label={t('action.menu', { name })}
      actions={[
        {
          id: 'resend',
          label: t('invitation.resend'),
          blockedBecause: blockedBecause(viewerCan.resend, t),
          onAction: resend,
        },
        {
          id: 'revoke',
          label: t('invitation.revoke'),
          blockedBecause: blockedBecause(viewerCan.revoke, t),
          isDanger: true,
          onAction: revoke,
        },
      ]}
    />
  );
}
