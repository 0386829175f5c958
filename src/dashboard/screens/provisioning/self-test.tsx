import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Badge, Notice } from '../../ui/notice.js';
import { Fix } from './fix.js';
import { ProvisioningSelfTestDocument, type ProvisioningSelfTestQuery } from './provisioning.generated.js';
import styles from './provisioning.module.css';

type Step = NonNullable<ProvisioningSelfTestQuery['scimSelfTest']>['steps'][number];

const TONES = { PASSED: 'success', FAILED: 'danger', SKIPPED: 'neutral' } as const;

/** Runs the request sequence of a provider in a dry run. */
export function SelfTest() {
  const t = useMessages();
  const [run, setRun] = useState(0);
  return (
    <>
      <h3>{t('selfTest.title')}</h3>
      <p>{t('selfTest.lead')}</p>
      <div className={styles.actions}>
        <Button kind="primary" onPress={() => setRun(run + 1)}>
          {t('selfTest.run')}
        </Button>
      </div>
      {run > 0 && <Result key={run} />}
    </>
  );
}

function Result() {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [query, reload] = useQuery({
    query: ProvisioningSelfTestDocument,
    variables: { workspaceId },
    requestPolicy: 'network-only',
  });
  return (
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {({ scimSelfTest }) =>
        scimSelfTest !== null && (
          <>
            <Notice
              tone={scimSelfTest.passed ? 'success' : 'danger'}
              title={t(scimSelfTest.passed ? 'selfTest.passed' : 'selfTest.failed')}
            />
            <ol className={styles.steps} aria-label={t('selfTest.steps')}>
              {scimSelfTest.steps.map((step) => (
                <li key={step.step}>
                  <StepResult step={step} />
                </li>
              ))}
            </ol>
          </>
        )
      }
    </Loaded>
  );
}

function StepResult({ step: { step, outcome, request, status, detail, fix } }: { readonly step: Step }) {
  const t = useMessages();
  return (
    <>
      <p>
        <Badge tone={TONES[outcome]}>{t(`selfTest.outcome.${outcome}`)}</Badge> {t(`selfTest.step.${step}`)}{' '}
        <code>{status === null ? request : `${request} → ${status}`}</code>
      </p>
      {detail !== null && <p>{detail}</p>}
      {fix !== null && <Fix fix={fix} />}
    </>
  );
}
