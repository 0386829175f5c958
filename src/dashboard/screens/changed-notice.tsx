import { useMessages } from '../app/messages.js';
import { Button } from '../ui/button.js';
import { Notice } from '../ui/notice.js';

interface ChangedNoticeProps {
  readonly live: { readonly hasNews: boolean; readonly show: () => void };
}

/** Says that a list has changed since it was loaded, and shows it as it is now. */
export function ChangedNotice({ live: { hasNews, show } }: ChangedNoticeProps) {
  const t = useMessages();
  return (
    hasNews && <Notice title={t('live.news')} actions={<Button onPress={show}>{t('live.show')}</Button>} />
  );
}
