import { useQuery } from 'urql';
import { formatMonth, formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Loaded } from '../../ui/loaded.js';
import { Meter } from '../../ui/meter.js';
import { Facts, Figure, Grid, Page, Panel } from '../../ui/panel.js';
import { OverviewDocument } from './overview.generated.js';

/** What stands in the workspace at a glance. */
export default function OverviewScreen() {
  const t = useMessages();
  const { id, name } = useWorkspace();
  const [query, reload] = useQuery({ query: OverviewDocument, variables: { workspaceId: id } });
  return (
    <Page title={name}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) =>
          workspace !== null && (
            <Grid>
              {workspace.memberCounts !== null && (
                <Panel title={t('overview.members')}>
                  <Figure>{formatNumber(workspace.memberCounts.active)}</Figure>
                  <Facts
                    facts={workspace.memberCounts.byRole.map(({ role, count }) => [
                      t(`role.${role}`),
                      formatNumber(count),
                    ])}
                  />
                </Panel>
              )}
              {workspace.creditPool !== null && (
                <Panel title={t('overview.credits', { month: formatMonth(workspace.creditPool.month) })}>
                  <Figure>{formatNumber(workspace.creditPool.remaining)}</Figure>
                  <Meter
                    label={t('overview.creditsUsed')}
                    used={workspace.creditPool.used}
                    total={workspace.creditPool.total}
                    text={t('meter.of', {
                      used: formatNumber(workspace.creditPool.used),
                      total: formatNumber(workspace.creditPool.total),
                    })}
                    isLabelShown
                  />
                </Panel>
              )}
            </Grid>
          )
        }
      </Loaded>
    </Page>
  );
}
