import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { signOut, useViewer } from '../../app/session.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Page, Panel } from '../../ui/panel.js';
import { showToast } from '../../ui/toast.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { SessionsTable } from '../sessions-table.js';
import { WorkspaceCards } from '../workspaces/screen.js';
import {
  AccountDocument,
  type AccountQuery,
  SessionEndDocument,
  SessionsEndDocument,
} from './account.generated.js';

/** The person's own page: their workspaces, their sessions, and signing out. */
export default function AccountScreen() {
  const t = useMessages();
  const { label, type } = useViewer();
  const isOperator = type === 'OPERATOR';
  const [query, reload] = useQuery({ query: AccountDocument, pause: isOperator });
  const refresh = () => reload({ requestPolicy: 'network-only' });
  return (
    <Page
      title={t('account.open')}
      lead={label}
      actions={<Button onPress={signOut}>{t('account.signOut')}</Button>}
    >
      {isOperator ? (
        <p>{t('account.operator')}</p>
      ) : (
        <Loaded query={query} onRetry={refresh}>
          {({ viewer: { workspaces }, mySessions }) => (
            <>
              {workspaces.length > 0 && (
                <Panel title={t('workspaces.title')}>
                  <WorkspaceCards workspaces={workspaces} />
                </Panel>
              )}
              <Sessions sessions={mySessions} onChanged={refresh} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

interface SessionsProps {
  readonly sessions: AccountQuery['mySessions'];
  readonly onChanged: () => void;
}

function Sessions({ sessions, onChanged }: SessionsProps) {
  const t = useMessages();
  const { send, failure, isSaving } = useChange();
  const end = async (sessionId: string) => {
    if ((await send(SessionEndDocument, { input: { sessionId } })) === null) return;
    showToast({ text: t('sessions.ended', { count: 1 }) });
    onChanged();
  };
  const endOthers = async () => {
    const answer = await send(SessionsEndDocument, { input: { keepCurrent: true } });
    if (answer === null) return;
    showToast({ text: t('sessions.ended', { count: answer.sessionsEnd?.ended ?? 0 }) });
    onChanged();
  };
  return (
    <Panel
      title={t('sessions.title')}
      actions={
        sessions.length > 1 && (
          <Button onPress={endOthers} isPending={isSaving}>
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      <FailureNotice failure={failure} />
      <SessionsTable
        sessions={sessions}
        endButton={(id) => (
          <Button key="end" onPress={() => end(id)}>
            {t('sessions.end')}
          </Button>
        )}
      />
    </Panel>
  );
}
