import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { ScimBrakeUndoInput } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
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

  /** @returns null when it was refused or interrupted: those who are back by then stay, and another try continues */
  const undo = async (dryRun: boolean) => {
    const results: UndoPartsFragment[] = [];
    for (let after: string | null = null; ; ) {
      const variables: { input: ScimBrakeUndoInput } = { input: { workspaceId, dryRun, after } };
      const undone =
        kind === 'brake'
          ? (await send(BrakeUndoDocument, variables))?.scimBrakeUndo
          : (await send(RemovalsUndoDocument, variables))?.scimRemovalsUndo;
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
    setPreview(null);
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
          onClose={() => setPreview(null)}
          onSubmit={confirm}
          failure={failure}
          isSaving={isSaving}
          isConfirmDisabled={!preview.some(({ outcome }) => outcome === 'RESTORED')}
        >
          <Preview results={preview} />
        </FormDialog>
      )}
    </>
  );
}

function restoredOf(results: readonly UndoPartsFragment[]): number {
  return results.filter(({ outcome }) => outcome === 'RESTORED').length;
}

function Preview({ results }: { readonly results: readonly UndoPartsFragment[] }) {
  const t = useMessages();
  if (results.length === 0) return <p>{t('undo.none')}</p>;
  return (
    <>
      <p>{t('undo.text', { restored: restoredOf(results), total: results.length })}</p>
      <PlainTable
        label={t('undo.preview')}
        columns={[t('members.column.person'), t('undo.removedAt'), t('undo.outcome')]}
        rows={results.map(({ removedId, userName, removedAt, outcome, refusal, groupsLost }) => ({
          id: removedId,
          cells: [
            userName,
            <Time key="at" at={removedAt} />,
            [
              refusal?.message ?? t(`undo.outcome.${outcome}`),
              ...(groupsLost.length === 0 ? [] : [t('undo.groupsLost', { groups: groupsLost.join(', ') })]),
            ].join(' '),
          ],
        }))}
      />
    </>
  );
}
