import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { MemberAccessInput } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { Dialog } from '../../ui/dialog.js';
import { Checkbox, TextField } from '../../ui/field.js';
import { Notice } from '../../ui/notice.js';
import { FormDialog } from '../form-dialog.js';
import { AccessChoice, accessInputFrom, draftOf } from '../members/access-choice.js';
import { errorAt } from '../members/change.js';
import type { LookAlikeFragment } from '../members/changes.generated.js';
import { lookAlikeText } from '../members/look-alike.js';
import { useChange } from './change.js';
import { InvitationCreateDocument, InvitationLinkCreateDocument } from './invitations.generated.js';

export type InviteKind = 'mail' | 'link';

/** The values of a new invitation that are not shown again. */
export interface Issued {
  readonly token: string;
  readonly url: string | null;
  /** Another member who looks like the invited person. */
  readonly lookAlike?: LookAlikeFragment | null;
  /** Whether it is a link for everybody who has it, which no mail tells anybody. */
  readonly isLink?: boolean;
}

interface InviteDialogProps {
  readonly kind: InviteKind;
  readonly onClose: () => void;
  readonly onIssued: (issued: Issued) => void;
}

/** Invites one person by mail, or creates a link that admits everybody who has it. */
export function InviteDialog({ kind, onClose, onIssued }: InviteDialogProps) {
  const t = useMessages();
  const { id: workspaceId, accessModel } = useWorkspace();
  const [email, setEmail] = useState('');
  const [maxUses, setMaxUses] = useState('');
  const [isDefault, setDefault] = useState(true);
  const [draft, setDraft] = useState(() => draftOf(null, accessModel));
  const { send, failure, isSaving } = useChange();
  const uses = maxUses.trim() === '' ? null : Number(maxUses);
  const isUsesInvalid = uses !== null && !(Number.isInteger(uses) && uses > 0);
  const access = isDefault ? null : accessInputFrom(draft, accessModel);

  const issue = async (): Promise<Issued | null> => {
    const given: { access?: MemberAccessInput } = access === null ? {} : { access };
    if (kind === 'mail') {
      const input = { workspaceId, email: email.trim(), ...given };
      return (await send(InvitationCreateDocument, { input }))?.invitationCreate ?? null;
    }
    const input = { workspaceId, maxUses: uses, ...given };
    const answer = (await send(InvitationLinkCreateDocument, { input }))?.invitationLinkCreate;
    return answer == null ? null : { ...answer, isLink: true };
  };
  const submit = async () => {
    if (isUsesInvalid || (!isDefault && access === null)) return;
    const issued = await issue();
    if (issued !== null) onIssued(issued);
  };
  return (
    <FormDialog
      title={t(`invite.${kind}.title`)}
      confirm={t(`invite.${kind}.confirm`)}
      onClose={onClose}
      onSubmit={submit}
      failure={failure}
      fields={['email', 'maxUses', 'role', 'seatType', 'creditLimit']}
      offlineHint={kind === 'link' ? t('invite.link.offlineHint') : undefined}
      isSaving={isSaving}
    >
      {kind === 'mail' ? (
        <TextField
          label={t('add.address')}
          type="email"
          value={email}
          onChange={setEmail}
          error={errorAt(failure, 'email')}
          autoFocus
        />
      ) : (
        <TextField
          label={t('invite.maxUses')}
          description={t('invite.maxUsesHint')}
          inputMode="numeric"
          value={maxUses}
          onChange={setMaxUses}
          error={isUsesInvalid ? t('invite.maxUsesInvalid') : errorAt(failure, 'maxUses')}
          autoFocus
        />
      )}
      <Checkbox isSelected={isDefault} onChange={setDefault}>
        {t('invite.default')}
      </Checkbox>
      {!isDefault && (
        <AccessChoice
          draft={draft}
          onChange={setDraft}
          errors={{ role: errorAt(failure, 'role'), seatType: errorAt(failure, 'seatType') }}
          limitError={access === null ? t('limit.invalid') : errorAt(failure, 'creditLimit')}
          withLimit
        />
      )}
    </FormDialog>
  );
}

/** Shows the link of an invitation, which is not shown again. */
export function IssuedDialog({ issued, onClose }: { readonly issued: Issued; readonly onClose: () => void }) {
  const t = useMessages();
  return (
    <Dialog
      title={t('issued.title')}
      onClose={onClose}
      onSubmit={onClose}
      isAlert
      isKept
      actions={
        <Button kind="primary" type="submit">
          {t('issued.close')}
        </Button>
      }
    >
      {issued.lookAlike != null && <Notice tone="warning" title={lookAlikeText(issued.lookAlike, t)} />}
      <p>{t(issued.isLink === true ? 'issued.linkText' : 'issued.text')}</p>
      <CopyText
        value={issued.url ?? issued.token}
        label={t(issued.url === null ? 'issued.token' : 'issued.link')}
      />
    </Dialog>
  );
}
