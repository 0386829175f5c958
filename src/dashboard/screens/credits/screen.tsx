import { useState } from 'react';
import { formatMonth, formatNumber } from '../../app/formats.js';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { Chart } from '../../ui/chart.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Meter } from '../../ui/meter.js';
import { Empty, Notice } from '../../ui/notice.js';
import { Facts, Figure, Grid, Page, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Forbidden } from '../forbidden.js';
import { nameOf } from '../members/person.js';
import { CreditsDocument, type CreditsQuery } from './credits.generated.js';
import { DefaultLimitDialog, PoolDialog } from './dialogs.js';
import { dailyUse, forecast } from './month.js';

type Credits = NonNullable<CreditsQuery['workspace']>;

/** Settings → Credits (V2). */
export default function CreditsScreen() {
  const t = useMessages();
  const { id: workspaceId, accessModel, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readCredits.allowed && accessModel === 'V2';
  const [query, reload] = useLiveQuery({
    query: CreditsDocument,
    variables: { workspaceId },
    pause: !isOpen,
  });
  const [dialog, setDialog] = useState<'pool' | 'limit' | null>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  if (!isOpen) return <Forbidden title={t('credits.title')} ability={viewerCan.readCredits} />;
  const close = () => setDialog(null);
  return (
    <Page
      title={t('credits.title')}
      actions={
        <AbleButton ability={viewerCan.setCreditPool} onPress={() => setDialog('pool')}>
          {t('pool.title')}
        </AbleButton>
      }
    >
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) =>
          workspace !== null && (
            <>
              <Grid>
                <PoolPanel workspace={workspace} />
                <LimitsPanel workspace={workspace} onSet={() => setDialog('limit')} />
              </Grid>
              <DaysPanel workspace={workspace} />
              <MonthsPanel workspace={workspace} />
              <MostPanel workspace={workspace} />
              {dialog === 'pool' && (
                <PoolDialog current={workspace.creditPool?.total ?? 0} onClose={close} onChanged={refresh} />
              )}
              {dialog === 'limit' && (
                <DefaultLimitDialog
                  current={workspace.defaultCreditLimit}
                  onClose={close}
                  onChanged={refresh}
                />
              )}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface CreditsPanelProps {
  readonly workspace: Credits;
}

function PoolPanel({ workspace: { creditPool: pool } }: CreditsPanelProps) {
  const t = useMessages();
  if (pool === null) {
    return (
      <Panel title={t('credits.pool')}>
        <Empty title={t('credits.noPool')}>{t('credits.noPoolHint')}</Empty>
      </Panel>
    );
  }
  const expected = forecast(pool);
  return (
    <Panel title={t('overview.credits', { month: formatMonth(pool.month) })}>
      <Figure>{formatNumber(pool.remaining)}</Figure>
      <Meter
        label={t('overview.creditsUsed')}
        used={pool.used}
        total={pool.total}
        text={t('meter.of', { used: formatNumber(pool.used), total: formatNumber(pool.total) })}
        isLabelShown
      />
      <Facts facts={[[t('credits.forecast'), formatNumber(expected)]]} />
      {expected > pool.total && (
        <Notice tone="warning" title={t(pool.remaining === 0 ? 'credits.usedUp' : 'credits.short')} />
      )}
    </Panel>
  );
}

function LimitsPanel({ workspace, onSet }: CreditsPanelProps & { readonly onSet: () => void }) {
  const t = useMessages();
  const { id, viewerCan } = useWorkspace();
  const { defaultCreditLimit, withLimit, limitReached } = workspace;
  const reached = limitReached?.active ?? 0;
  return (
    <Panel title={t('credits.limits')}>
      <Facts
        facts={[
          [
            t('defaultLimit.label'),
            defaultCreditLimit === null ? t('members.noLimit') : formatNumber(defaultCreditLimit),
          ],
          [t('credits.withLimit'), formatNumber(withLimit?.active ?? 0)],
          [
            t('credits.limitReached'),
            <TextLink key="reached" href={`/workspace/${id}/settings/members?limit=reached`}>
              {t('credits.people', { formatted: formatNumber(reached), count: reached })}
            </TextLink>,
          ],
        ]}
      />
      <div>
        <AbleButton ability={viewerCan.update} onPress={onSet}>
          {t('defaultLimit.title')}
        </AbleButton>
      </div>
    </Panel>
  );
}

function DaysPanel({ workspace: { creditPool } }: CreditsPanelProps) {
  const t = useMessages();
  if (creditPool === null) return null;
  return (
    <Panel title={t('credits.days')}>
      <Chart
        label={t('credits.days')}
        columns={[t('chart.day'), t('overview.creditsUsed')]}
        points={dailyUse(creditPool)}
        form="bars"
      />
    </Panel>
  );
}

function MonthsPanel({ workspace: { creditPoolHistory, creditPool } }: CreditsPanelProps) {
  const t = useMessages();
  if (creditPoolHistory === null) return null;
  return (
    <Panel title={t('credits.months')}>
      <Chart
        label={t('credits.months')}
        columns={[t('member.month'), t('overview.creditsUsed')]}
        points={creditPoolHistory
          .toSorted((a, b) => a.month.localeCompare(b.month))
          .map(({ month, used }) => ({ id: month, label: formatMonth(month), value: used }))}
        form="bars"
        mark={
          creditPool === null
            ? undefined
            : {
                value: creditPool.total,
                label: t('credits.total', { formatted: formatNumber(creditPool.total) }),
              }
        }
      />
    </Panel>
  );
}

function MostPanel({ workspace: { members } }: CreditsPanelProps) {
  const t = useMessages();
  const { id } = useWorkspace();
  const nodes = members?.nodes ?? [];
  return (
    <Panel title={t('credits.most')}>
      {nodes.length === 0 ? (
        <p>{t('credits.unused')}</p>
      ) : (
        <PlainTable
          label={t('credits.most')}
          columns={[t('members.column.person'), t('members.column.used'), t('members.column.limit')]}
          rows={nodes.map((member) => {
            const limit = member.usage?.limit;
            return {
              id: member.id,
              cells: [
                <TextLink key="name" href={`/workspace/${id}/settings/members/${member.id}`}>
                  {nameOf(member)}
                </TextLink>,
                formatNumber(member.usage?.used ?? 0),
                limit == null ? t('members.noLimit') : formatNumber(limit),
              ],
            };
          })}
        />
      )}
    </Panel>
  );
}
