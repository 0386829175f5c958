import { useState } from 'react';
import { useClient } from 'urql';
import { refusalOf, uncachedClient } from '../../app/client.js';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import type { AssignableRole, GroupGrantInput, SeatType } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Select } from '../../ui/field.js';
import { Notice } from '../../ui/notice.js';
import { PlainTable } from '../../ui/plain-table.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import type { GroupRowFragment } from '../groups/groups.generated.js';
import type { Failure } from '../members/change.js';
import { accessText } from '../members/person.js';
import {
  GroupClearGrantDocument,
  GroupSetGrantDocument,
  type PreviewPartsFragment,
} from './group.generated.js';

const NONE = 'NONE';
const ROLES: readonly AssignableRole[] = ['ADMIN', 'EDITOR', 'VIEWER'];
const SEAT_TYPES: readonly SeatType[] = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'];
/** The most rows of the preview; the others are counted. */
const LISTED = 20;

type Choice = AssignableRole | SeatType | typeof NONE;

interface GrantDialogProps {
  readonly group: GroupRowFragment;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** The result of a dry run. */
interface Checked {
  readonly choice: Choice;
  /** The version of the group. */
  readonly version: number;
  /** The members whose access would change. */
  readonly members: readonly PreviewPartsFragment[];
}

function grantOf(choice: Choice): GroupGrantInput | null {
  const role = ROLES.find((known) => known === choice);
  if (role !== undefined) return { role };
  const seatType = SEAT_TYPES.find((known) => known === choice);
  return seatType === undefined ? null : { seatType };
}

/** Group → Change grant. The first press of the button counts whose access changes; the second one saves. */
export function GrantDialog({ group, onClose, onChanged }: GrantDialogProps) {
  const t = useMessages();
  const client = useClient();
  const { id: workspaceId, accessModel } = useWorkspace();
  const [choice, setChoice] = useState<Choice>(group.grants?.role ?? group.grants?.seatType ?? NONE);
  const [checked, setChecked] = useState<Checked | null>(null);
  // An answer that comes after another choice is not of this one.
  const preview = checked?.choice === choice ? checked : null;
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);

  /** @param expectedVersion that of the group that was checked: another one may have other members */
  const send = async (dryRun: boolean, expectedVersion: number) => {
    // A dry run changes nothing, so its answer must not enter the cache.
    const sender = dryRun ? uncachedClient : client;
    const target = { workspaceId, groupId: group.id, expectedVersion, dryRun };
    const grant = grantOf(choice);
    setSaving(true);
    const { data, error } =
      grant === null
        ? await sender.mutation(GroupClearGrantDocument, { input: target }).toPromise()
        : await sender.mutation(GroupSetGrantDocument, { input: { ...target, grant } }).toPromise();
    setSaving(false);
    const refusal = refusalOf(error);
    if (error !== undefined)
      setFailure(refusal === undefined ? { kind: 'offline' } : { kind: 'refused', refusal });
    else setFailure(null);
    if (refusal?.code === 'STALE_VERSION') setChecked(null);
    if (error !== undefined || data === undefined) return null;
    return 'groupSetGrant' in data ? data.groupSetGrant : data.groupClearGrant;
  };
  const submit = async () => {
    const version = preview?.version ?? group.version;
    const answer = await send(preview === null, version);
    if (answer === null) return;
    if (preview === null) return setChecked({ choice, version, members: answer.preview ?? [] });
    showToast({ text: t('grant.saved', { name: group.displayName }) });
    onChanged();
    onClose();
  };
  const choices = [
    { value: NONE, label: t('groups.noGrant') } as const,
    ...(accessModel === 'V2'
      ? ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))
      : SEAT_TYPES.map((seatType) => ({
          value: seatType,
          label: t('groups.seat', { seat: t(`seat.${seatType}`) }),
        }))),
  ];
  return (
    <FormDialog
      title={t('grant.title', { name: group.displayName })}
      confirm={t(preview === null ? 'bulk.check' : 'dialog.save')}
      onClose={onClose}
      onSubmit={submit}
      failure={failure}
      isSaving={isSaving}
    >
      <Select<Choice>
        label={t('groups.grant')}
        description={t('grant.hint')}
        choices={choices}
        value={choice}
        onChange={setChoice}
      />
      {preview === null ? (
        <p>{t('bulk.checkHint')}</p>
      ) : (
        <>
          <Notice
            title={t('bulk.willChange', {
              count: preview.members.length,
              formatted: formatNumber(preview.members.length),
            })}
          />
          {preview.members.length > 0 && (
            <PlainTable
              label={t('grant.preview')}
              columns={[t('members.userName'), t('grant.then')]}
              rows={preview.members.slice(0, LISTED).map((member) => ({
                id: member.memberId,
                cells: [member.userName, accessText(member, accessModel, t)],
              }))}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
