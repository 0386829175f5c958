import { useState } from 'react';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import type { SeatType } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { type SeatsQuery, SeatsSetDocument } from './seats.generated.js';

const SEAT_TYPES: readonly SeatType[] = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'];

type Seats = NonNullable<NonNullable<SeatsQuery['workspace']>['seats']>;

interface SeatsDialogProps {
  readonly seats: Seats;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Seats → Set totals. Only the totals that were changed are sent. */
export function SeatsDialog({ seats, onClose, onChanged }: SeatsDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const before = new Map(seats.map(({ seatType, total }) => [seatType, total]));
  const used = new Map(seats.map((seat) => [seat.seatType, seat.used]));
  const [texts, setTexts] = useState<Readonly<Partial<Record<SeatType, string>>>>({});
  const { send, failure, isSaving } = useChange();
  const isInvalid = (text: string | undefined) => text !== undefined && !/^\d{1,9}$/.test(text.trim());
  const changed = SEAT_TYPES.flatMap((seatType) => {
    const text = texts[seatType];
    if (text === undefined || isInvalid(text) || Number(text) === (before.get(seatType) ?? 0)) return [];
    return [{ seatType, total: Number(text) }];
  });
  const save = async () => {
    if ((await send(SeatsSetDocument, { input: { workspaceId, seats: changed } })) === null) return;
    showToast({ text: t('seats.saved') });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('seats.set')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      isSaving={isSaving}
      isConfirmDisabled={changed.length === 0 || SEAT_TYPES.some((seatType) => isInvalid(texts[seatType]))}
    >
      {SEAT_TYPES.map((seatType) => (
        <TextField
          key={seatType}
          label={t(`seat.${seatType}`)}
          description={t('seats.usedNow', { formatted: formatNumber(used.get(seatType) ?? 0) })}
          inputMode="numeric"
          value={texts[seatType] ?? String(before.get(seatType) ?? 0)}
          onChange={(text) => setTexts({ ...texts, [seatType]: text })}
          error={isInvalid(texts[seatType]) ? t('seats.invalid') : undefined}
        />
      ))}
    </FormDialog>
  );
}
