import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { SsoProvider } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Checkbox, Select, TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { SsoConnectionSetDocument, type SsoPartsFragment } from './auth-and-security.generated.js';

const PROVIDERS: readonly SsoProvider[] = ['OKTA', 'MICROSOFT_ENTRA_ID', 'GOOGLE_WORKSPACE', 'OTHER_OIDC'];
const FIELDS = [
  'provider',
  'oktaDomain',
  'entraTenantId',
  'discoveryUrl',
  'clientId',
  'clientSecret',
  'ssoRequired',
  'joinOnSignIn',
];

interface SsoDialogProps {
  /** Null where single sign-on is not configured yet. */
  readonly connection: SsoPartsFragment | null;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** The field by which a provider is found; Google needs none. */
function placeOf(provider: SsoProvider): 'oktaDomain' | 'entraTenantId' | 'discoveryUrl' | null {
  if (provider === 'OKTA') return 'oktaDomain';
  if (provider === 'MICROSOFT_ENTRA_ID') return 'entraTenantId';
  return provider === 'OTHER_OIDC' ? 'discoveryUrl' : null;
}

/** Auth and security → Single Sign-On Configuration. Empty fields keep their values. */
export function SsoDialog({ connection, onClose, onChanged }: SsoDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [provider, setProvider] = useState<SsoProvider>(connection?.provider ?? 'OKTA');
  const [place, setPlace] = useState('');
  const [clientId, setClientId] = useState(connection?.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [isRequired, setRequired] = useState(connection?.ssoRequired ?? false);
  const [isJoining, setJoining] = useState(connection?.joinOnSignIn ?? false);
  const { send, failure, isSaving } = useChange();
  const placeField = placeOf(provider);
  const hint = connection === null ? {} : { description: t('auth.keep') };
  const save = async () => {
    const input = {
      workspaceId,
      provider,
      clientId: clientId.trim(),
      ssoRequired: isRequired,
      joinOnSignIn: isJoining,
      ...(placeField === null || place.trim() === '' ? {} : { [placeField]: place.trim() }),
      ...(clientSecret === '' ? {} : { clientSecret }),
    };
    if ((await send(SsoConnectionSetDocument, { input })) === null) return;
    showToast({ text: t('auth.saved') });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('auth.sso')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={FIELDS}
      isSaving={isSaving}
    >
      <Select<SsoProvider>
        label={t('auth.provider')}
        choices={PROVIDERS.map((value) => ({ value, label: t(`auth.provider.${value}`) }))}
        value={provider}
        onChange={setProvider}
        error={errorAt(failure, 'provider')}
      />
      {placeField !== null && (
        <TextField
          label={t(`auth.${placeField}`)}
          {...hint}
          value={place}
          onChange={setPlace}
          error={errorAt(failure, placeField)}
        />
      )}
      <TextField
        label={t('auth.clientId')}
        value={clientId}
        onChange={setClientId}
        error={errorAt(failure, 'clientId')}
      />
      <TextField
        label={t('auth.clientSecret')}
        {...hint}
        type="password"
        value={clientSecret}
        onChange={setClientSecret}
        error={errorAt(failure, 'clientSecret')}
      />
      <Checkbox isSelected={isRequired} onChange={setRequired} error={errorAt(failure, 'ssoRequired')}>
        {t('auth.required')}
      </Checkbox>
      <Checkbox isSelected={isJoining} onChange={setJoining} error={errorAt(failure, 'joinOnSignIn')}>
        {t('auth.join')}
      </Checkbox>
    </FormDialog>
  );
}
