import { useState } from 'react';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Panel } from '../../ui/panel.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { SessionsTable } from '../sessions-table.js';
import { MemberSessionsDocument, MemberSessionsEndDocument } from './member.generated.js';

/** The open sessions of a member, to end one or all of them for the workspace (rule 35). */
export function SessionsPanel({ memberId }: { readonly memberId: string }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [query, reload] = useLiveQuery({
    query: MemberSessionsDocument,
    variables: { workspaceId, memberId },
  });
  const { send, failure, isSaving } = useChange();
  const [isEndingAll, setEndingAll] = useState(false);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  const sessions = query.data?.workspace?.member?.sessions ?? [];

  const end = async (sessionIds: readonly string[] | null) => {
    const input = { workspaceId, memberId, sessionIds: sessionIds === null ? null : [...sessionIds] };
    const answer = await send(MemberSessionsEndDocument, { input });
    if (answer === null) return;
    showToast({ text: t('sessions.ended', { count: answer.memberSessionsEnd?.ended ?? 0 }) });
    setEndingAll(false);
    refresh();
  };
  return (
    <Panel
      title={t('sessions.title')}
      actions={
        sessions.length > 0 && <Button onPress={() => setEndingAll(true)}>{t('sessions.endAll')}</Button>
      }
    >
      {isEndingAll ? (
        <FormDialog
          title={t('sessions.endAllTitle')}
          confirm={t('sessions.endAll')}
          onClose={() => setEndingAll(false)}
          onSubmit={() => end(null)}
          failure={failure}
          isSaving={isSaving}
          isDanger
        >
          <p>{t('sessions.endAllText')}</p>
        </FormDialog>
      ) : (
        <FailureNotice failure={failure} />
      )}
      <Loaded query={query} onRetry={refresh}>
        {() =>
          sessions.length === 0 ? (
            <p>{t('sessions.none')}</p>
          ) : (
            <SessionsTable
              sessions={sessions}
              endButton={(id) => (
                <Button key="end" onPress={() => end([id])}>
                  {t('sessions.end')}
                </Button>
              )}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
