import { useMessages } from '../../app/messages.js';
import { Notice } from '../../ui/notice.js';
import type { NoticePartsFragment } from './provisioning.generated.js';

/** The parts of an accepted request that had no effect. */
export function Notices({ notices }: { readonly notices: readonly NoticePartsFragment[] }) {
  const t = useMessages();
  return notices.map(({ attribute, code, closest }) => (
    <Notice
      key={`${code} ${attribute}`}
      tone="warning"
      title={t('provisioning.ignored', { attribute })}
      hint={closest === '' ? null : t('provisioning.closest', { closest })}
    />
  ));
}
