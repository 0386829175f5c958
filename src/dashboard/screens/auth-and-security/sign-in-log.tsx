import { useSearchParams } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextField } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { useDelayed } from '../members/delayed.js';
import { usePages } from '../pages.js';
import { SignInLogDocument } from './auth-and-security.generated.js';

/** The sign-ins that were refused, each with what to do about it. */
export function SignInLog() {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { after, pager, restart } = usePages();
  const [parameters, setParameters] = useSearchParams();
  const typed = parameters.get('reference') ?? '';
  const reference = useDelayed(typed).trim();
  const [query, reload] = useQuery({
    query: SignInLogDocument,
    variables: { workspaceId, after, reference: reference === '' ? null : reference },
  });
  const search = (text: string) => {
    restart();
    setParameters(text === '' ? {} : { reference: text }, { replace: true });
  };
  return (
    <Panel title={t('signInLog.title')}>
      <TextField
        label={t('signInLog.reference')}
        description={t('signInLog.referenceHint')}
        placeholder="4KD7Q-M2XHP"
        value={typed}
        onChange={search}
      />
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) => {
          const log = workspace?.signInLog;
          if (log == null || log.nodes.length === 0)
            return <p>{t(reference === '' ? 'signInLog.none' : 'signInLog.noMatch')}</p>;
          return (
            <>
              <PlainTable
                label={t('signInLog.title')}
                columns={[
                  t('history.at'),
                  t('members.userName'),
                  t('signInLog.why'),
                  t('signInLog.remedy'),
                  t('signInLog.reference'),
                ]}
                rows={log.nodes.map(({ id, at, address, message, remedy, reference, networkAddress }) => ({
                  id,
                  cells: [
                    <Time key="at" at={at} />,
                    <span key="who">
                      {address ?? t('sessions.unknown')} ({networkAddress})
                    </span>,
                    message,
                    remedy,
                    <code key="reference">{reference}</code>,
                  ],
                }))}
              />
              {pager(log.pageInfo)}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
