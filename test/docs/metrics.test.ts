import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../src/server/metrics/metrics.js';
import { codeIn, page, ROOT } from './pages.js';

const MONITOR = page('docs/operators/monitor.md');

const metrics = new Metrics({
  connections: () => ({ open: 0, idle: 0, waiting: 0 }),
  provisioningLog: undefined,
  engagedBrakes: async () => 0,
  oldestDelivery: async () => 0,
});
const described = await metrics.registry.getMetricsAsJSON();

/** The names under which Prometheus stores a metric. */
const stored = new Set([
  'up',
  ...described.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  ),
]);

/** The first column of the table with this header. */
function column(header: string): string[] {
  const table = MONITOR.tables.find((candidate) => candidate.header[0] === header);
  return table?.rows.map(([cell = '']) => codeIn(cell)) ?? [];
}

/** @throws Error when the expression is not PromQL @returns the names of its metrics */
function metricsIn(expression: string): string[] {
  // Grafana replaces its variables before Prometheus reads the expression.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to, type }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (name === 'VectorSelector') names.push(/^\w+/.exec(text.slice(from, to))?.[0] ?? '');
    },
  });
  return names;
}

test('monitor.md lists every metric of our own, with its type', () => {
  const table = MONITOR.tables.find(({ header }) => header[0] === 'Metric');
  const rows = table?.rows.map(([name = '', type = '']) => [codeIn(name), type]) ?? [];
  const ours = described.filter(({ name }) => name.startsWith('rollcall_'));
  expect(rows.sort()).toEqual(ours.map(({ name, type }) => [name, String(type)]).sort());
});

describe('the alerts', () => {
  const file = parse(readFileSync(join(ROOT, 'docs/operators/prometheus/alerts.yaml'), 'utf8'));
  const rules: { alert: string; expr: string }[] = file.groups.flatMap(
    ({ rules: inGroup }: { rules: { alert: string; expr: string }[] }) => inGroup,
  );

  test('monitor.md says what to do for each', () => {
    expect(column('Alert')).toEqual(rules.map(({ alert }) => alert));
  });

  test.each(rules)('$alert reads metrics that exist', ({ expr }) => {
    const names = metricsIn(expr);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !stored.has(name))).toEqual([]);
  });
});

describe('the Grafana dashboard', () => {
  const { panels } = JSON.parse(
    readFileSync(join(ROOT, 'docs/operators/prometheus/dashboard.json'), 'utf8'),
  ) as { panels: { title: string; targets: { expr: string }[] }[] };

  test.each(panels)('$title reads metrics that exist', ({ targets }) => {
    const names = targets.flatMap(({ expr }) => metricsIn(expr));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !stored.has(name))).toEqual([]);
  });
});
