import { useState } from 'react';
import { actionText } from '../../app/audit-action.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useUnsavedInput } from '../../app/unsaved-input.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Select, TextField } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Notice } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { Changes } from '../audit-log/entry.js';
import { Fix } from './fix.js';
import { Notices } from './notices.js';
import {
  ProvisioningExplainDocument,
  type ProvisioningExplainQuery,
  type ProvisioningExplainQueryVariables,
} from './provisioning.generated.js';
import styles from './provisioning.module.css';
import { OutcomeBadge } from './requests-table.js';

type Explanation = NonNullable<ProvisioningExplainQuery['scimExplain']>;
type TriedRequest = Omit<ProvisioningExplainQueryVariables, 'workspaceId'>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const PATH = '/Users';
const EXAMPLE = JSON.stringify({ userName: 'bob@example.com', role: 'editor' }, null, 2);

/** Shows the answer to a request and its changes, in a dry run. */
export function TryRequest() {
  const t = useMessages();
  const [method, setMethod] = useState<(typeof METHODS)[number]>('POST');
  const [path, setPath] = useState(PATH);
  const [body, setBody] = useState(EXAMPLE);
  const [error, setError] = useState<string | undefined>(undefined);
  const [asked, setAsked] = useState<{ readonly run: number; readonly request: TriedRequest } | null>(null);
  useUnsavedInput(path !== PATH || body !== EXAMPLE);
  const hasBody = method !== 'GET' && method !== 'DELETE';

  const ask = () => {
    const parsed = hasBody ? parsedBody(body) : null;
    if (parsed === undefined) {
      setError(t('try.notJson'));
      return;
    }
    setError(undefined);
    setAsked({ run: (asked?.run ?? 0) + 1, request: { method, path: path.trim(), body: parsed } });
  };
  return (
    <Panel title={t('try.title')}>
      <p>{t('try.lead')}</p>
      <div className={styles.filters}>
        <Select
          label={t('try.method')}
          choices={METHODS.map((value) => ({ value, label: value }))}
          value={method}
          onChange={setMethod}
        />
        <TextField label={t('try.path')} value={path} onChange={setPath} />
      </div>
      {hasBody && <TextField label={t('try.body')} rows={8} value={body} onChange={setBody} error={error} />}
      <div className={styles.actions}>
        <Button kind="primary" onPress={ask}>
          {t('try.run')}
        </Button>
      </div>
      {asked !== null && <Answer key={asked.run} request={asked.request} />}
    </Panel>
  );
}

/** Parses the body. @returns undefined when the text is not a JSON object; null when it is empty */
function parsedBody(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function Answer({ request }: { readonly request: TriedRequest }) {
  const { id: workspaceId } = useWorkspace();
  const [query, reload] = useQuery({
    query: ProvisioningExplainDocument,
    variables: { workspaceId, ...request },
    requestPolicy: 'network-only',
  });
  return (
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {({ scimExplain }) => scimExplain !== null && <ExplanationView explanation={scimExplain} />}
    </Loaded>
  );
}

function ExplanationView({ explanation }: { readonly explanation: Explanation }) {
  const t = useMessages();
  const { status, body, detail, attribute, notices, fix, changes } = explanation;
  return (
    <section className={styles.problem} aria-label={t('try.answer')}>
      <p>
        <OutcomeBadge request={explanation} /> {t('try.status', { status: String(status) })}{' '}
        {attribute !== null && t('try.attribute', { attribute })}
      </p>
      {detail !== null && <Notice tone="danger" title={detail} />}
      {fix !== null && <Fix fix={fix} />}
      <Notices notices={notices} />
      {status < 400 && changes.length === 0 && <p>{t('try.noChanges')}</p>}
      {changes.map(({ action, targetLabel, changes: fields }) => (
        <div key={`${action} ${targetLabel}`}>
          <h3>{t('try.change', { action: actionText(action, t), target: targetLabel })}</h3>
          <Changes changes={fields} />
        </div>
      ))}
      {body !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <pre className={styles.file} tabIndex={0}>
          {JSON.stringify(body, null, 2)}
        </pre>
      )}
    </section>
  );
}
