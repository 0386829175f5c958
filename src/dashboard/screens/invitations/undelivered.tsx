import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Notice } from '../../ui/notice.js';
import { showToast } from '../../ui/toast.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { useChange } from './change.js';
import { InvitationsResendUndeliveredDocument } from './invitations.generated.js';

interface UndeliveredNoticeProps {
  /** The number of pending invitations whose last mail was not sent. */
  readonly count: number;
  readonly onResent: () => void;
}

/** Offers to send the invitations again whose mail failed: after the mail server was away, that can be thousands. */
export function UndeliveredNotice({ count, onResent }: UndeliveredNoticeProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const resend = async () => {
    let resent = 0;
    let last: number;
    do {
      const answer = await send(InvitationsResendUndeliveredDocument, { input: { workspaceId } });
      last = answer?.invitationsResendUndelivered?.resentCount ?? 0;
      resent += last;
    } while (last > 0 && resent < count);
    if (resent > 0)
      showToast({ text: t('invitations.resent', { count: resent, formatted: formatNumber(resent) }) });
    onResent();
  };
  return (
    <>
      <FailureNotice failure={failure} />
      {count > 0 && (
        <Notice
          tone="warning"
          title={t('invitations.undelivered', { count, formatted: formatNumber(count) })}
          hint={t('invitations.undeliveredHint')}
          actions={
            <Button onPress={resend} isPending={isSaving}>
              {t('invitations.resendUndelivered')}
            </Button>
          }
        />
      )}
    </>
  );
}
