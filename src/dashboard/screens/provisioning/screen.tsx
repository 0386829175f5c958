import { useRef } from 'react';
import { useSearchParams } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Notice } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { Forbidden } from '../forbidden.js';
import { HealthCard } from '../overview/cards.js';
import { BrakeBanner } from './brake.js';
import { BrakeSettings } from './brake-settings.js';
import { Problems } from './problems.js';
import { ProvisioningDocument } from './provisioning.generated.js';
import { Requests } from './requests.js';
import { Setup } from './setup.js';
import { TryRequest } from './try.js';
import { UndoButton } from './undo.js';
import { type RequestView, useRequestView } from './view.js';

/** Settings → Provisioning: the requests of the identity provider, their results, and what to change. */
export default function ProvisioningScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readAuditLog.allowed;
  const [view, change] = useRequestView();
  const [parameters] = useSearchParams();
  const linked = parameters.get('problem');
  const [query, reload] = useQuery({
    query: ProvisioningDocument,
    variables: { workspaceId },
    pause: !isOpen,
  });
  const requests = useRef<HTMLDivElement>(null);
  const setup = useRef<HTMLDivElement>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  const showRequests = (part: Partial<RequestView>) => {
    change(part);
    requests.current?.scrollIntoView();
  };
  if (!isOpen) return <Forbidden title={t('health.title')} ability={viewerCan.readAuditLog} />;
  return (
    <Page
      title={t('health.title')}
      actions={
        viewerCan.manageScim.allowed && (
          <>
            <Button
              onPress={() => {
                setup.current?.scrollIntoView();
                setup.current?.focus();
              }}
            >
              {t('setup.title')}
            </Button>
            <UndoButton kind="removals" onChanged={refresh} />
          </>
        )
      }
    >
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) =>
          workspace !== null && (
            <>
              {workspace.scim.brake !== null && (
                <BrakeBanner brake={workspace.scim.brake} onChanged={refresh} />
              )}
              {!workspace.scim.enabled && (
                <Notice tone="warning" title={t('provisioning.off')} hint={t('provisioning.offHint')} />
              )}
              {workspace.scim.health !== null && (
                <HealthCard title={t('health.state')} health={workspace.scim.health} />
              )}
              <Problems
                problems={workspace.scim.problems ?? []}
                linked={linked}
                onChanged={refresh}
                onFilter={showRequests}
              />
              {workspace.scim.brake !== null && (
                <BrakeSettings brake={workspace.scim.brake} onChanged={refresh} />
              )}
            </>
          )
        }
      </Loaded>
      <div ref={requests}>
        <Requests view={view} onChange={change} onNews={refresh} />
      </div>
      {viewerCan.manageScim.allowed && (
        <>
          <div ref={setup} tabIndex={-1}>
            <Setup />
          </div>
          <TryRequest />
        </>
      )}
    </Page>
  );
}
