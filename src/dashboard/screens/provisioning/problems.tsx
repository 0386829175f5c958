import { useEffect, useRef } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { TextLink } from '../../ui/link.js';
import { Badge } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { Fix } from './fix.js';
import { ProblemDismissDocument, type ProblemPartsFragment } from './provisioning.generated.js';
import styles from './provisioning.module.css';
import type { RequestView } from './view.js';

type Subject = ProblemPartsFragment['subjects'][number];

interface ProblemsProps {
  readonly problems: readonly ProblemPartsFragment[];
  /** The id of the problem that a link led to; it is scrolled to and marked. */
  readonly linked: string | null;
  readonly onChanged: () => void;
  /** Shows the requests of a problem. */
  readonly onFilter: (change: Partial<RequestView>) => void;
}

/** The present problems, in the server's order: refusals first, then notices. */
export function Problems({ problems, linked, onChanged, onFilter }: ProblemsProps) {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const mark = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (linked !== null) mark.current?.focus();
  }, [linked]);
  const dismiss = async (problemId: string) => {
    if ((await send(ProblemDismissDocument, { input: { workspaceId, problemId } })) === null) return;
    showToast({ text: t('provisioning.dismissed') });
    onChanged();
  };
  return (
    <Panel
      title={t('provisioning.problems')}
      actions={<Button onPress={onChanged}>{t('provisioning.refresh')}</Button>}
    >
      <FailureNotice failure={failure} />
      {problems.length === 0 ? (
        <p>{t('provisioning.noProblems')}</p>
      ) : (
        <ul className={styles.problems}>
          {problems.map((problem) => (
            <li
              key={problem.problemId}
              className={styles.problem}
              {...(problem.problemId === linked ? { ref: mark, tabIndex: -1, 'aria-current': true } : {})}
            >
              <Problem problem={problem} />
              <div className={styles.actions}>
                <Button onPress={() => onFilter({ code: problem.code })}>
                  {t('provisioning.showRequests')}
                </Button>
                {viewerCan.manageScim.allowed && (
                  <Button
                    aria-label={t('provisioning.dismissOf', { cause: problem.cause })}
                    isPending={isSaving}
                    onPress={() => dismiss(problem.problemId)}
                  >
                    {t('provisioning.dismiss')}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Problem({ problem }: { readonly problem: ProblemPartsFragment }) {
  const t = useMessages();
  const { severity, cause, detail, closest, client, since, lastAt, times, subjectCount, subjects } = problem;
  const others = subjectCount - subjects.length;
  return (
    <>
      <div className={styles.headline}>
        <Badge tone={severity === 'REFUSAL' ? 'danger' : 'warning'}>
          {t(`provisioning.severity.${severity}`)}
        </Badge>
        <h3>{cause}</h3>
      </div>
      {detail !== null && <p>{detail}</p>}
      {closest !== null && closest !== '' && <p>{t('provisioning.closest', { closest })}</p>}
      <p className={styles.muted}>
        {t('provisioning.times', { times, client: t(`provisioning.client.${client}`) })} ·{' '}
        {t('provisioning.since')} <Time at={since} /> · {t('provisioning.last')}{' '}
        <Time at={lastAt} form="ago" />
      </p>
      <ul className={styles.subjects}>
        {subjects.map((subject) => (
          <li
            key={`${subject.operation} ${subject.name} ${subject.apiKeyLabel} ${subject.network} ${subject.since}`}
          >
            <Who subject={subject} />
            {detail === null && subject.detail !== null && <p>{subject.detail}</p>}
          </li>
        ))}
        {others > 0 && <li>{t('provisioning.others', { others })}</li>}
      </ul>
      <Fix fix={problem.fix} />
    </>
  );
}

function Who({
  subject: { name, apiKeyLabel, network, operation, times, member },
}: {
  readonly subject: Subject;
}) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  // A problem with a network is one with the key itself.
  const unnamed =
    network === null ? t('provisioning.nobody', { key: apiKeyLabel }) : (apiKeyLabel ?? network);
  const who = name ?? unnamed;
  const href = `/workspace/${workspaceId}/settings/members/${member?.id}`;
  return (
    <>
      {member === null ? <strong>{who}</strong> : <TextLink href={href}>{who}</TextLink>}{' '}
      {t('provisioning.wanted', { operation: t(`provisioning.operation.${operation}`), times })}
    </>
  );
}
