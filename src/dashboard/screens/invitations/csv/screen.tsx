import { useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useClient } from 'urql';
import { useLocation } from 'wouter';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button, LinkButton } from '../../../ui/button.js';
import { focusSomewhere } from '../../../ui/kept-focus.js';
import { Notice } from '../../../ui/notice.js';
import { Page, Panel } from '../../../ui/panel.js';
import { Progress } from '../../../ui/progress.js';
import { Forbidden } from '../../forbidden.js';
import styles from '../invitations.module.css';
import { type CsvFile, recordsOf } from './file.js';
import { startInviting } from './job.js';
import { Preview } from './preview.js';
import { type CsvResult, FileFault, judge } from './run.js';

type State =
  | {
      readonly step: 'choose';
      readonly failure?: string;
      /** Checks the same file again, when the failure was not its own. */
      readonly again?: () => void;
    }
  | { readonly step: 'checking'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly step: 'preview'; readonly name: string; readonly file: CsvFile; readonly result: CsvResult };

/** Settings → Invitations → Bulk invite: a file, the verdict on each row, then the invitations. */
export default function BulkInviteScreen() {
  const t = useMessages();
  const client = useClient();
  const [, navigate] = useLocation();
  const { id: workspaceId, accessModel, viewerCan } = useWorkspace();
  const [state, setState] = useState<State>({ step: 'choose' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the next step replaces what had the focus.
  useEffect(focusSomewhere, [state.step]);

  const check = async (name: string, text: string) => {
    const file = recordsOf(text);
    const total = file.records.length;
    if (total === 0) return setState({ step: 'choose', failure: t('csv.empty') });
    setState({ step: 'checking', name, done: 0, total });
    try {
      const report = (done: number) => setState({ step: 'checking', name, done, total });
      const result = await judge(client, workspaceId, file, report);
      setState({ step: 'preview', name, file, result });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      const isFault = error instanceof FileFault;
      setState({ step: 'choose', failure, ...(isFault ? {} : { again: () => check(name, text) }) });
    }
  };
  const select = async (files: FileList | null) => {
    const [file] = files ?? [];
    if (file !== undefined) await check(file.name, await file.text());
  };
  const invite = ({ file, result }: Extract<State, { step: 'preview' }>) => {
    startInviting(client, workspaceId, file, result);
    navigate('/settings/invitations');
  };
  const columns = t(`csv.columns.${accessModel}`);
  const { manageInvitations } = viewerCan;
  if (!manageInvitations.allowed)
    return <Forbidden title={t('members.bulkInvite')} ability={manageInvitations} />;
  return (
    <Page
      title={t('members.bulkInvite')}
      lead={t('csv.lead')}
      actions={
        <LinkButton kind="quiet" href={`/workspace/${workspaceId}/settings/invitations`}>
          {t('csv.back')}
        </LinkButton>
      }
    >
      {state.step === 'choose' && (
        <Panel title={t('csv.choose')}>
          <div className={styles.drop}>
            <p>{columns}</p>
            <pre className={styles.example}>{t(`csv.example.${accessModel}`)}</pre>
            <FileTrigger acceptedFileTypes={['.csv', 'text/csv']} onSelect={select}>
              <Button kind="primary">{t('csv.choose')}</Button>
            </FileTrigger>
            {state.failure !== undefined && (
              <Notice
                tone="danger"
                title={state.failure}
                actions={state.again && <Button onPress={state.again}>{t('state.retry')}</Button>}
              />
            )}
          </div>
        </Panel>
      )}
      {state.step === 'checking' && (
        <Panel title={state.name}>
          <Progress label={t('csv.checking')} done={state.done} total={state.total} />
        </Panel>
      )}
      {state.step === 'preview' && (
        <Preview
          name={state.name}
          result={state.result}
          onCancel={() => setState({ step: 'choose' })}
          onInvite={() => invite(state)}
        />
      )}
    </Page>
  );
}
