import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { ApiKeyScope } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Checkbox, DayField, TextField } from '../../ui/field.js';
import { FormDialog, useRequired } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { ApiKeyCreateDocument } from './api-keys.generated.js';
import styles from './api-keys.module.css';

export const SCOPES: readonly ApiKeyScope[] = [
  'SCIM',
  'MEMBERS_READ',
  'MEMBERS_WRITE',
  'CREDITS_READ',
  'CREDITS_CONSUME',
  'AUDIT_READ',
];

interface CreateDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (secret: string) => void;
}

/** API keys → Create API key. */
export function CreateDialog({ onClose, onCreated }: CreateDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [expiry, setExpiry] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<ApiKeyScope>>(new Set());
  const { send, failure, isSaving } = useChange();
  const choose = (scope: ApiKeyScope, isChosen: boolean) =>
    setScopes(new Set(SCOPES.filter((known) => (known === scope ? isChosen : scopes.has(known)))));
  const required = useRequired({ name: name.trim() === '', scopes: scopes.size === 0 });
  const create = async () => {
    if (!required.check()) return;
    const input = {
      workspaceId,
      name: name.trim(),
      scopes: [...scopes],
      description: description.trim() === '' ? null : description.trim(),
      // The key works until the chosen day ends in the browser's time zone.
      expiresAt: expiry === '' ? null : new Date(`${expiry}T23:59:59`).toISOString(),
    };
    const answer = await send(ApiKeyCreateDocument, { input });
    if (answer?.apiKeyCreate != null) onCreated(answer.apiKeyCreate.secret);
  };
  const scopesError = required.errorAt('scopes') ?? errorAt(failure, 'scopes');
  return (
    <FormDialog
      title={t('apiKeys.create')}
      confirm={t('apiKeys.create')}
      onClose={onClose}
      onSubmit={create}
      failure={failure}
      fields={['name', 'description', 'expiresAt', 'scopes']}
      offlineHint={t('apiKeys.offlineHint')}
      isSaving={isSaving}
    >
      <TextField
        label={t('apiKeys.name')}
        description={t('apiKeys.nameHint')}
        value={name}
        onChange={setName}
        error={required.errorAt('name') ?? errorAt(failure, 'name')}
        autoFocus
      />
      <TextField
        label={t('apiKeys.description')}
        value={description}
        onChange={setDescription}
        error={errorAt(failure, 'description')}
      />
      <fieldset className={styles.scopes}>
        <legend>{t('apiKeys.scopes')}</legend>
        {SCOPES.map((scope) => (
          <Checkbox
            key={scope}
            isSelected={scopes.has(scope)}
            onChange={(isChosen) => choose(scope, isChosen)}
          >
            <span>
              {t(`apiKeys.scope.${scope}`)} <code>{scope}</code>
            </span>
          </Checkbox>
        ))}
        {scopesError !== undefined && <p className={styles.error}>{scopesError}</p>}
      </fieldset>
      <DayField
        label={t('apiKeys.expiry')}
        description={t('apiKeys.expiryHint')}
        value={expiry}
        onChange={setExpiry}
        error={errorAt(failure, 'expiresAt')}
      />
    </FormDialog>
  );
}
