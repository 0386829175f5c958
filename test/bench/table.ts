import type { Comparison } from './rounds.ts';

const HEADINGS = [
  'operation',
  'floor req/s',
  'ours req/s',
  'ratio',
  'floor p50',
  'ours p50',
  'floor p99',
  'ours p99',
  'floor CPU µs',
  'ours CPU µs',
  'errors',
];

/** The comparisons as a table of text; latencies in milliseconds. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = [HEADINGS, ...comparisons.map(row)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) => cells.map((cell, column) => padded(cell, column, widths)).join('  ')).join('\n');
}

function padded(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function row({ operation, floor, ours }: Comparison): string[] {
  return [
    operation,
    whole(floor.perSecond),
    whole(ours.perSecond),
    (ours.perSecond / floor.perSecond).toFixed(2),
    whole(floor.p50),
    whole(ours.p50),
    whole(floor.p99),
    whole(ours.p99),
    whole(floor.cpu),
    whole(ours.cpu),
    String(floor.errors + ours.errors),
  ];
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
