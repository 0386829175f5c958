import { useMessages } from '../../app/messages.js';
import type { WebhookDeliveryStatus } from '../../app/schema.generated.js';
import { Badge, type Tone } from '../../ui/notice.js';
import type { WebhookRowFragment } from './webhooks.generated.js';

/** Whether a webhook works: enabled, failing, or disabled and by whom. */
export function WebhookState({
  webhook: { enabled, disabledReason, failingSince },
}: {
  readonly webhook: WebhookRowFragment;
}) {
  const t = useMessages();
  if (!enabled && disabledReason === null) return <Badge>{t('apiKeys.disabled')}</Badge>;
  if (disabledReason !== null) return <Badge tone="danger">{t(`webhooks.disabled.${disabledReason}`)}</Badge>;
  if (failingSince !== null) return <Badge tone="warning">{t('webhooks.failing')}</Badge>;
  return <Badge tone="success">{t('apiKeys.enabled')}</Badge>;
}

const TONES: Readonly<Record<WebhookDeliveryStatus, Tone>> = {
  PENDING: 'warning',
  DELIVERED: 'success',
  FAILED: 'danger',
};

/** Whether an event has arrived. */
export function DeliveryState({ status }: { readonly status: WebhookDeliveryStatus }) {
  const t = useMessages();
  return <Badge tone={TONES[status]}>{t(`webhooks.status.${status}`)}</Badge>;
}
