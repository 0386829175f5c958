import { type ReactNode, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { formatNumber } from '../../../app/formats.js';
import { useMessages } from '../../../app/messages.js';
import type { MemberFilter } from '../../../app/schema.generated.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { TextField } from '../../../ui/field.js';
import { Notice } from '../../../ui/notice.js';
import { Progress } from '../../../ui/progress.js';
import { AccessChoice, draftOf } from '../access-choice.js';
import { type BulkAction, type BulkDraft, changeOf } from './action.js';
import styles from './bulk.module.css';
import { type Check, useCheck } from './check.js';
import { startBulk } from './job.js';
import type { BulkTarget } from './run.js';
import { countOf, type Selected } from './selection.js';

interface BulkDialogProps {
  readonly action: BulkAction;
  readonly selected: Selected;
  /** The filter, which applies when all matching members are selected. */
  readonly filter: MemberFilter;
  readonly onClose: () => void;
  /** Called when the change has begun, and again when it has ended or was undone. */
  readonly onChanged: () => void;
}

/** Changes many members: first a dry run that lists every refusal, then the change as a job. */
export function BulkDialog({ action, selected, filter, onClose, onChanged }: BulkDialogProps) {
  const t = useMessages();
  const client = useClient();
  const { id: workspaceId, accessModel, name: workspace, viewerMember } = useWorkspace();
  const [draft, setDraft] = useState<BulkDraft>(() => ({ access: draftOf(null, accessModel), limit: '' }));
  const { check, run, reset } = useCheck(workspaceId, selected, filter);
  const [isInvalid, setInvalid] = useState(false);
  const count = countOf(selected);
  const hasChoice = action === 'setAccess' || action === 'setCreditLimit';
  const change = (part: Partial<BulkDraft>) => {
    setDraft({ ...draft, ...part });
    setInvalid(false);
    reset();
  };
  const dryRun = () => {
    const wanted = changeOf(action, draft, accessModel);
    setInvalid(wanted === null);
    if (wanted !== null) void run(wanted);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: there is nothing to choose, so the dry run starts by itself, once.
  useEffect(() => {
    if (!hasChoice) dryRun();
  }, []);

  const isViewer = ({ id }: BulkTarget) => id === viewerMember?.id;
  const changed = check.state === 'done' ? changing(check) : [];
  // The viewer may lose the permission to change the others, and so comes last.
  const targets = [...changed.filter((target) => !isViewer(target)), ...changed.filter(isViewer)];
  const submit = () => {
    if (check.state !== 'done') return dryRun();
    if (targets.length === 0) return;
    startBulk(client, { workspaceId, work: { action, change: check.change }, left: targets }, onChanged);
    onClose();
  };
  const isReady = check.state === 'done';
  return (
    <Dialog
      title={t(`bulk.${action}.title`, { count, formatted: formatNumber(count) })}
      onClose={onClose}
      onSubmit={submit}
      isWide
      isAlert={action === 'remove'}
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          {hasChoice && !isReady && (
            <Button type="submit" isPending={check.state === 'running'}>
              {t('bulk.check')}
            </Button>
          )}
          <Button
            kind={action === 'remove' ? 'danger' : 'primary'}
            type="submit"
            isDisabled={targets.length === 0}
          >
            {t(`bulk.${action}.confirm`, { count: targets.length, formatted: formatNumber(targets.length) })}
          </Button>
        </>
      }
    >
      {action === 'remove' && <p>{t('bulk.remove.text', { workspace })}</p>}
      {action === 'setAccess' && (
        <AccessChoice draft={draft.access} onChange={(access) => change({ access })} />
      )}
      {action === 'setCreditLimit' && (
        <TextField
          label={t('limit.label')}
          description={t('limit.description')}
          value={draft.limit}
          onChange={(limit) => change({ limit })}
          inputMode="numeric"
          error={isInvalid ? t('limit.invalid') : undefined}
          autoFocus
        />
      )}
      <CheckResult check={check} />
      {action === 'remove' && changed.some(isViewer) && (
        <Notice tone="warning" title={t('bulk.self', { workspace })} hint={t('remove.selfHint')} />
      )}
    </Dialog>
  );
}

function changing(check: Extract<Check, { state: 'done' }>): readonly BulkTarget[] {
  return check.verdicts.filter(({ changed }) => changed).map(({ target }) => target);
}

/** The result of the dry run: the numbers of members that would change or stay the same, and each refusal. */
function CheckResult({ check }: { readonly check: Check }): ReactNode {
  const t = useMessages();
  if (check.state === 'none') return <p className={styles.hint}>{t('bulk.checkHint')}</p>;
  if (check.state === 'running')
    return <Progress label={t('bulk.checking')} done={check.done} total={check.total} />;
  if (check.state === 'failed') return <Notice tone="danger" title={check.message} />;
  const refused = check.verdicts.filter(({ refusal }) => refusal !== null);
  const changed = changing(check).length;
  const same = check.verdicts.length - changed - refused.length;
  return (
    <div className={styles.result} role="status">
      <p>
        {t('bulk.willChange', { count: changed, formatted: formatNumber(changed) })}{' '}
        {same > 0 && t('bulk.same', { count: same, formatted: formatNumber(same) })}
      </p>
      {refused.length > 0 && (
        <>
          <h3>{t('bulk.refused', { count: refused.length, formatted: formatNumber(refused.length) })}</h3>
          <ul className={styles.refusals}>
            {refused.map(({ target, refusal }) => (
              <li key={target.id}>
                <strong>{target.userName}</strong> {refusal}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
