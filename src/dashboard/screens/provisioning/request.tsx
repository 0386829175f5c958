import { actionText } from '../../app/audit-action.js';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextLink } from '../../ui/link.js';
import { Facts } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { Changes } from '../audit-log/entry.js';
import { Fix } from './fix.js';
import { Notices } from './notices.js';
import type { RequestPartsFragment } from './provisioning.generated.js';
import { OutcomeBadge, targetOf } from './requests-table.js';

interface RequestDialogProps {
  readonly request: RequestPartsFragment;
  readonly onClose: () => void;
}

/** One request in full: the request, its answer, and its changes or its fix. */
export function RequestDialog({ request, onClose }: RequestDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { member, auditEntry, fix, notices } = request;
  const settings = `/workspace/${workspaceId}/settings`;
  const optional = (name: string, value: string | null) => (value === null ? [] : [[name, value] as const]);
  return (
    <Dialog
      title={t('provisioning.requestOf', { reference: request.reference })}
      onClose={onClose}
      onSubmit={onClose}
      isWide
      actions={<Button type="submit">{t('audit.close')}</Button>}
    >
      <Facts
        facts={[
          [t('history.at'), <Time key="at" at={request.at} />],
          [
            t('provisioning.operation'),
            `${t(`provisioning.operation.${request.operation}`)} (${request.method})`,
          ],
          [
            t('provisioning.about'),
            member === null ? (
              (targetOf(request) ?? '–')
            ) : (
              <TextLink key="member" href={`${settings}/members/${member.id}`}>
                {targetOf(request) ?? member.userName}
              </TextLink>
            ),
          ],
          [t('provisioning.filter.client'), t(`provisioning.client.${request.client}`)],
          ...optional(t('provisioning.key'), request.apiKeyLabel),
          ...optional(t('provisioning.network'), request.network),
          [t('provisioning.filter.outcome'), <OutcomeBadge key="outcome" request={request} />],
          [t('provisioning.filter.status'), String(request.status)],
          ...optional(t('provisioning.filter.code'), request.code),
          ...optional(t('provisioning.scimType'), request.scimType),
          ...optional(t('provisioning.detail'), request.detail),
          ...optional(t('audit.attribute'), request.attribute),
          ...optional(t('provisioning.value'), request.value),
          [t('provisioning.timesColumn'), formatNumber(request.times)],
          [
            t('provisioning.duration'),
            t('provisioning.ms', { ms: formatNumber(Math.round(request.durationMs)) }),
          ],
          [t('audit.requestId'), request.requestId],
        ]}
      />
      <Notices notices={notices} />
      {fix !== null && <Fix fix={fix} />}
      {auditEntry !== null && (
        <>
          <Changes changes={auditEntry.changes} />
          <TextLink href={`${settings}/audit-log?search=${encodeURIComponent(auditEntry.targetLabel)}`}>
            {t('provisioning.auditEntry', { action: actionText(auditEntry.action, t) })}
          </TextLink>
        </>
      )}
    </Dialog>
  );
}
