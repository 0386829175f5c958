import { useState } from 'react';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { CopyText } from '../../ui/copy.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Badge } from '../../ui/notice.js';
import { Facts, Page, Panel } from '../../ui/panel.js';
import { showToast } from '../../ui/toast.js';
import { Forbidden } from '../forbidden.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import {
  AuthAndSecurityDocument,
  type AuthAndSecurityQuery,
  ScimSwitchDocument,
} from './auth-and-security.generated.js';
import { DomainsPanel } from './domains.js';
import { SignInLog } from './sign-in-log.js';
import { SsoDialog } from './sso-dialog.js';
import { SsoPanel } from './sso-panel.js';

type Workspace = NonNullable<AuthAndSecurityQuery['workspace']>;

/** Settings → Auth and security: how people sign in, and how an identity provider provisions. */
export default function AuthAndSecurityScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readSignInLog.allowed || viewerCan.manageSso.allowed;
  const [query, reload] = useLiveQuery({
    query: AuthAndSecurityDocument,
    variables: { workspaceId },
    pause: !isOpen,
  });
  const [isEditing, setEditing] = useState(false);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  if (!isOpen) return <Forbidden title={t('auth.title')} ability={viewerCan.manageSso} />;
  return (
    <Page title={t('auth.title')}>
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) =>
          workspace !== null && (
            <>
              <ScimPanel workspace={workspace} />
              <SsoPanel
                connection={workspace.ssoConnection}
                endpoints={workspace.sso}
                onEdit={() => setEditing(true)}
                onChanged={refresh}
              />
              {workspace.ssoConnection !== null && (
                <DomainsPanel domains={workspace.ssoConnection.domains} onChanged={refresh} />
              )}
              {isEditing && (
                <SsoDialog
                  connection={workspace.ssoConnection}
                  onClose={() => setEditing(false)}
                  onChanged={refresh}
                />
              )}
            </>
          )
        }
      </Loaded>
      {viewerCan.readSignInLog.allowed && <SignInLog />}
      <Panel
        title={t('auth.sessions')}
        actions={<TextLink href={`/workspace/${workspaceId}/settings/members`}>{t('nav.members')}</TextLink>}
      >
        <p>{t('auth.sessionsHint')}</p>
      </Panel>
    </Page>
  );
}

function ScimPanel({ workspace: { id, version, scim } }: { readonly workspace: Workspace }) {
  const t = useMessages();
  const { viewerCan } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const toggle = async () => {
    const input = { workspaceId: id, expectedVersion: version, scimEnabled: !scim.enabled };
    if ((await send(ScimSwitchDocument, { input })) === null) return;
    showToast({ text: t(scim.enabled ? 'auth.scimIsOff' : 'auth.scimIsOn') });
  };
  return (
    <Panel
      title={t('auth.scim')}
      actions={
        <AbleButton ability={viewerCan.setScim} onPress={toggle} isPending={isSaving}>
          {t(scim.enabled ? 'auth.switchOff' : 'auth.switchOn')}
        </AbleButton>
      }
    >
      <Facts
        facts={[
          [
            t('apiKeys.state'),
            <Badge key="state" tone={scim.enabled ? 'success' : 'neutral'}>
              {t(scim.enabled ? 'workspaces.on' : 'workspaces.off')}
            </Badge>,
          ],
          [t('auth.baseUrl'), <CopyText key="url" value={scim.baseUrl} label={t('auth.baseUrl')} />],
        ]}
      />
      <FailureNotice failure={failure} />
    </Panel>
  );
}
