import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { Facts, Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import {
  type AuthAndSecurityQuery,
  SsoConnectionDeleteDocument,
  SsoConnectionTestDocument,
  type SsoPartsFragment,
} from './auth-and-security.generated.js';

interface SsoPanelProps {
  readonly connection: SsoPartsFragment | null;
  readonly endpoints: NonNullable<AuthAndSecurityQuery['workspace']>['sso'];
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

/** The single sign-on of the workspace, and what to enter at the provider. */
export function SsoPanel({ connection, endpoints, onEdit, onChanged }: SsoPanelProps) {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const [isDeleting, setDeleting] = useState(false);
  const test = async () => {
    const answer = await send(SsoConnectionTestDocument, { input: { workspaceId } });
    if (answer?.ssoConnectionTest != null) window.location.assign(answer.ssoConnectionTest.url);
  };
  const endpoint = (
    name: keyof typeof endpoints &
      ('redirectUri' | 'initiateLoginUri' | 'signOutRedirectUri' | 'backchannelLogoutUri'),
  ) =>
    [t(`auth.${name}`), <CopyText key={name} value={endpoints[name]} label={t(`auth.${name}`)} />] as const;
  return (
    <Panel
      title={t('auth.sso')}
      actions={
        <>
          {connection !== null && (
            <>
              <Button onPress={() => setDeleting(true)}>{t('apiKeys.delete')}</Button>
              <Button onPress={test} isPending={isSaving}>
                {t('auth.test')}
              </Button>
            </>
          )}
          <AbleButton ability={viewerCan.manageSso} onPress={onEdit}>
            {t(connection === null ? 'auth.configure' : 'auth.change')}
          </AbleButton>
        </>
      }
    >
      {connection === null ? (
        <p>{t('auth.noSso')}</p>
      ) : (
        <Facts
          facts={[
            [t('auth.provider'), t(`auth.provider.${connection.provider}`)],
            [t('auth.discoveryUrl'), connection.discoveryUrl],
            [t('auth.clientId'), connection.clientId],
            [t('auth.secretSet'), <Time key="secret" at={connection.clientSecretSetAt} />],
            [t('auth.required'), t(connection.ssoRequired ? 'workspaces.on' : 'workspaces.off')],
            [t('auth.join'), t(connection.joinOnSignIn ? 'workspaces.on' : 'workspaces.off')],
            [
              t('auth.lastSignIn'),
              connection.lastSignInAt === null ? (
                t('apiKeys.never')
              ) : (
                <Time key="last" at={connection.lastSignInAt} form="ago" />
              ),
            ],
          ]}
        />
      )}
      <h3>{t('auth.enter')}</h3>
      <Facts
        facts={[
          endpoint('redirectUri'),
          endpoint('initiateLoginUri'),
          endpoint('signOutRedirectUri'),
          endpoint('backchannelLogoutUri'),
        ]}
      />
      <FailureNotice failure={failure} />
      {isDeleting && <DeleteDialog onClose={() => setDeleting(false)} onChanged={onChanged} />}
    </Panel>
  );
}

function DeleteDialog({
  onClose,
  onChanged,
}: {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const t = useMessages();
  const { id: workspaceId, name } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const remove = async () => {
    if ((await send(SsoConnectionDeleteDocument, { input: { workspaceId } })) === null) return;
    showToast({ text: t('auth.deleted') });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('auth.delete.title')}
      confirm={t('apiKeys.delete')}
      onClose={onClose}
      onSubmit={remove}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('auth.delete.text', { name })}</p>
    </FormDialog>
  );
}
