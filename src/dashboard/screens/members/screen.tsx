import { useMessages } from '../../app/messages.js';
import { Page } from '../../ui/panel.js';

export default function MembersScreen() {
  const t = useMessages();
  return <Page title={t('nav.members')}>…</Page>;
}
