import { type ReactNode, useState } from 'react';
import { type Translate, useMessages } from '../../app/messages.js';
import type { ScimBrakeUndoInput } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Checkbox } from '../../ui/field.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { BrakeUndoDocument, RemovalsUndoDocument, type UndoPartsFragment } from './provisioning.generated.js';

interface UndoProps {
  /** The removals to undo: those before the brake engaged, or those of the last 24 hours. */
  readonly kind: 'brake' | 'removals';
  readonly onChanged: () => void;
}

/** Restores the members that the provider removed, after a dialog with the result of a dry run. */
export function UndoButton({ kind, onChanged }: UndoProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const [preview, setPreview] = useState<readonly UndoPartsFragment[] | null>(null);
  /** The people who shall remain removed. */
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = (preview ?? []).filter(
    ({ outcome, removedId }) => outcome === 'RESTORED' && !left.has(removedId),
  );

  /** @returns null when it was refused or interrupted: those who are back by then stay, and another try continues */
  const undo = async (dryRun: boolean) => {
    const results: UndoPartsFragment[] = [];
    for (let after: string | null = null; ; ) {
      const input: ScimBrakeUndoInput = { workspaceId, dryRun, after };
      const memberIds = left.size === 0 ? null : chosen.map(({ removedId }) => removedId);
      const undone =
        kind === 'brake'
          ? (await send(BrakeUndoDocument, { input }))?.scimBrakeUndo
          : (await send(RemovalsUndoDocument, { input: { ...input, memberIds } }))?.scimRemovalsUndo;
      if (undone == null) return null;
      results.push(...undone.results);
      if (undone.next === null) return results;
      after = undone.next;
    }
  };
  const check = async () => {
    const results = await undo(true);
    if (results !== null) setPreview(results);
  };
  const confirm = async () => {
    const results = await undo(false);
    onChanged();
    if (results === null) return;
    showToast({ text: t('undo.done', { restored: restoredOf(results) }) });
    close();
  };
  const close = () => {
    setPreview(null);
    setLeft(new Set());
  };
  const choose = (removedId: string, isChosen: boolean) => {
    const others = new Set(left);
    if (isChosen) others.delete(removedId);
    else others.add(removedId);
    setLeft(others);
  };
  return (
    <>
      <Button onPress={check} isPending={isSaving && preview === null}>
        {t(`undo.${kind}`)}
      </Button>
      {preview === null ? (
        <FailureNotice failure={failure} />
      ) : (
        <FormDialog
          title={t(`undo.${kind}`)}
          confirm={t('undo.confirm')}
          onClose={close}
          onSubmit={confirm}
          failure={failure}
          isSaving={isSaving}
          isConfirmDisabled={chosen.length === 0}
          isWide
        >
          <Preview
            results={preview}
            restored={chosen.length}
            boxOf={
              kind === 'removals' &&
              (({ removedId, userName }) => (
                <Checkbox
                  isSelected={!left.has(removedId)}
                  onChange={(isChosen) => choose(removedId, isChosen)}
                >
                  {userName}
                </Checkbox>
              ))
            }
          />
        </FormDialog>
      )}
    </>
  );
}

function restoredOf(results: readonly UndoPartsFragment[]): number {
  return results.filter(({ outcome }) => outcome === 'RESTORED').length;
}

function outcomeOf({ outcome, refusal, groupsLost }: UndoPartsFragment, t: Translate): string {
  const lost = groupsLost.length === 0 ? [] : [t('undo.groupsLost', { groups: groupsLost.join(', ') })];
  return [refusal?.message ?? t(`undo.outcome.${outcome}`), ...lost].join(' ');
}

interface PreviewProps {
  readonly results: readonly UndoPartsFragment[];
  readonly restored: number;
  /** Chooses a person who can come back; false where all come back together. */
  readonly boxOf: false | ((result: UndoPartsFragment) => ReactNode);
}

function Preview({ results, restored, boxOf }: PreviewProps) {
  const t = useMessages();
  if (results.length === 0) return <p>{t('undo.none')}</p>;
  return (
    <>
      <p>{t('undo.text', { restored, total: results.length })}</p>
      <PlainTable
        label={t('undo.preview')}
        columns={[t('members.column.person'), t('undo.removedAt'), t('undo.outcome')]}
        rows={results.map((result) => ({
          id: result.removedId,
          cells: [
            boxOf !== false && result.outcome === 'RESTORED' ? boxOf(result) : result.userName,
            <Time key="at" at={result.removedAt} />,
            outcomeOf(result, t),
          ],
        }))}
      />
    </>
  );
}
