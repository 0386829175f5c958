import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Facts } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { DeliveryState } from './state.js';
import type { WebhookDeliveryPartsFragment } from './webhooks.generated.js';
import styles from './webhooks.module.css';

interface DeliveryDialogProps {
  readonly delivery: WebhookDeliveryPartsFragment;
  readonly onClose: () => void;
}

/** One delivery in full: its body, and each attempt with its answer. */
export function DeliveryDialog({ delivery, onClose }: DeliveryDialogProps) {
  const t = useMessages();
  const { eventType, eventId, status, createdAt, nextAttemptAt, attempts, body } = delivery;
  return (
    <Dialog
      title={eventType}
      onClose={onClose}
      onSubmit={onClose}
      isWide
      actions={<Button type="submit">{t('audit.close')}</Button>}
    >
      <Facts
        facts={[
          [t('apiKeys.state'), <DeliveryState key="state" status={status} />],
          [t('history.at'), <Time key="at" at={createdAt} />],
          ...(nextAttemptAt === null
            ? []
            : [[t('webhooks.nextAttempt'), <Time key="next" at={nextAttemptAt} />] as const]),
          [t('webhooks.eventId'), eventId],
        ]}
      />
      {attempts.length === 0 ? (
        <p>{t('webhooks.noAttempts')}</p>
      ) : (
        <PlainTable
          label={t('webhooks.attempts')}
          columns={[
            t('history.at'),
            t('provisioning.filter.status'),
            t('provisioning.duration'),
            t('webhooks.error'),
            t('webhooks.answer'),
          ]}
          rows={attempts.map((attempt) => ({
            id: attempt.at,
            cells: [
              <Time key="at" at={attempt.at} />,
              attempt.status ?? '–',
              t('provisioning.ms', { ms: formatNumber(attempt.durationMs) }),
              attempt.error ?? '–',
              <code key="answer">{attempt.response ?? '–'}</code>,
            ],
          }))}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
      <pre className={styles.body} tabIndex={0}>
        {JSON.stringify(JSON.parse(body), null, 2)}
      </pre>
    </Dialog>
  );
}
