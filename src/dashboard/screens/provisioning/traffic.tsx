import { useEffect, useState } from 'react';
import { formatNumber, formatTime } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import type { ScimCountPeriod } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Chart } from '../../ui/chart.js';
import { Select } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Notice } from '../../ui/notice.js';
import { ProvisioningCountsDocument } from './provisioning.generated.js';
import styles from './provisioning.module.css';
import type { RequestView } from './view.js';

const PERIODS: readonly ScimCountPeriod[] = ['HOUR', 'DAY', 'WEEK'];
const OUTCOMES = ['accepted', 'refused'] as const;

interface TrafficProps {
  /** Grows when there are new requests. */
  readonly news: number;
  /** Shows the requests of a step. */
  readonly onSelect: (change: Partial<RequestView>) => void;
}

/** The requests of a period by time, accepted ones beside refused ones. A press on a bar shows its requests. */
export function Traffic({ news, onSelect }: TrafficProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [period, setPeriod] = useState<ScimCountPeriod>('DAY');
  const [query, reload] = useQuery({
    query: ProvisioningCountsDocument,
    variables: { workspaceId, period },
  });
  useEffect(() => {
    if (news > 0) reload({ requestPolicy: 'network-only' });
  }, [news, reload]);
  return (
    <>
      <Select
        label={t('provisioning.period')}
        choices={PERIODS.map((value) => ({ value, label: t(`provisioning.period.${value}`) }))}
        value={period}
        onChange={setPeriod}
      />
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) => {
          const counts = workspace?.scim.counts;
          if (counts == null) return null;
          return (
            <>
              {counts.dropped > 0 && (
                <Notice tone="warning" title={t('provisioning.dropped', { dropped: counts.dropped })} />
              )}
              {counts.accepted + counts.refused === 0 ? (
                <p>{t('provisioning.noTraffic')}</p>
              ) : (
                <div className={styles.charts}>
                  {OUTCOMES.map((outcome) => (
                    <div key={outcome}>
                      <h3>{t(`provisioning.count.${outcome}`, { count: formatNumber(counts[outcome]) })}</h3>
                      <Chart
                        label={t(`provisioning.chart.${outcome}`)}
                        columns={[t('history.at'), t('provisioning.requests')]}
                        form="bars"
                        onSelect={(start) => onSelect(partOf(counts.steps, start, outcome))}
                        points={counts.steps.map((step) => ({
                          id: step.start,
                          label: formatTime(step.start),
                          value: step[outcome],
                        }))}
                      />
                    </div>
                  ))}
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** The requests of one step and one outcome. Steps are of one length, and there are several. */
function partOf(
  steps: readonly { readonly start: string }[],
  start: string,
  outcome: (typeof OUTCOMES)[number],
): Partial<RequestView> {
  const [first, second] = steps.map((step) => Date.parse(step.start));
  const to = new Date(Date.parse(start) + (second ?? 0) - (first ?? 0)).toISOString();
  const byOutcome = outcome === 'refused' ? 'REFUSED' : 'ACCEPTED';
  return { from: start, to, since: '', until: '', outcome: byOutcome };
}
