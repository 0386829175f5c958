import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { PROVISIONING, useNews } from '../../app/news.js';
import { useWorkspace } from '../../app/workspace.js';
import { Loaded } from '../../ui/loaded.js';
import { Badge } from '../../ui/notice.js';
import { Grid, Page } from '../../ui/panel.js';
import {
  ActivityCard,
  CreditsCard,
  HealthCard,
  InvitationsCard,
  MembersCard,
  OwnAccessCard,
  ProblemsCard,
  SeatsCard,
} from './cards.js';
import { OverviewDocument } from './overview.generated.js';

/** An overview of the workspace; for ordinary members, of their own access. */
export default function OverviewScreen() {
  const t = useMessages();
  const { id, name, accessModel, plan, viewerCan } = useWorkspace();
  const withInvitations = viewerCan.manageInvitations.allowed;
  const [query, reload] = useLiveQuery({
    query: OverviewDocument,
    variables: { workspaceId: id, withInvitations },
  });
  const refresh = () => reload({ requestPolicy: 'network-only' });
  // Refused requests change the health and the problems, and nothing else.
  useNews(PROVISIONING, refresh);
  return (
    <Page
      title={name}
      lead={
        <>
          <Badge>{t(`plan.${plan}`)}</Badge> <Badge>{accessModel}</Badge>
        </>
      }
    >
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) =>
          workspace !== null && (
            <Grid>
              {workspace.viewerMember !== null && <OwnAccessCard member={workspace.viewerMember} />}
              {viewerCan.readMembers.allowed && <MembersCard workspace={workspace} />}
              {accessModel === 'V1' && viewerCan.readMembers.allowed && workspace.seats !== null && (
                <SeatsCard seats={workspace.seats} />
              )}
              {workspace.creditPool !== null && <CreditsCard pool={workspace.creditPool} />}
              {workspace.invitations != null && <InvitationsCard invitations={workspace.invitations} />}
              {workspace.scim.health !== null && (
                <HealthCard
                  title={t('health.title')}
                  health={workspace.scim.health}
                  href={`/workspace/${id}/settings/provisioning`}
                />
              )}
              {workspace.scim.problems !== null && workspace.scim.problems.length > 0 && (
                <ProblemsCard problems={workspace.scim.problems} />
              )}
              {workspace.auditLog !== null && <ActivityCard entries={workspace.auditLog.nodes} />}
            </Grid>
          )
        }
      </Loaded>
    </Page>
  );
}
