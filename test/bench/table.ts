import { type Comparison, type Measured, type MeasuredRounds, median, quantile } from './rounds.ts';

/** The contender with whose numbers all others are compared. */
const OURS = 'ours';

const HEADINGS = [
  'operation',
  'server',
  'req/s',
  'ours ÷ it',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'DB µs',
  'CPU ÷ its',
  'SQL',
  'MB',
  'errors',
];

/** The comparisons as a table of text: a line for each server that can do the operation. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  return table(HEADINGS, comparisons.flatMap(rowsOf));
}

function rowsOf({ operation, measured }: Comparison): string[][] {
  const ours = measured.get(OURS);
  return [...measured].map(([server, its], index) => {
    const compared = (value: (round: Measured) => number) =>
      ours === undefined || server === OURS ? '' : ratioOfRounds(ours, its, value);
    return [
      index === 0 ? operation : '',
      server,
      whole(its.perSecond),
      compared(({ perSecond }) => perSecond),
      whole(its.p50),
      whole(its.p99),
      whole(its.cpu),
      whole(its.databaseCpu),
      compared(({ cpu, databaseCpu }) => cpu + databaseCpu),
      its.statements.toFixed(1),
      whole(its.memory),
      String(its.errors),
    ];
  });
}

/** The median of the rounds' ratios with its 95 % interval; the turns of a round share the machine's speed. */
function ratioOfRounds(
  ours: MeasuredRounds,
  its: MeasuredRounds,
  value: (round: Measured) => number,
): string {
  const ratios = ours.rounds.map((round, index) => {
    const other = its.rounds[index];
    return other === undefined ? Number.NaN : value(round) / value(other);
  });
  const spread = quantile(ratios, 0.75) - quantile(ratios, 0.25);
  // The notch of a box plot (McGill, Tukey and Larsen, 1978).
  return `${ratio(median(ratios))} ± ${ratio((1.57 * spread) / Math.sqrt(ratios.length))}`;
}

/** The measurements with one number of members. */
export interface Size {
  readonly members: number;
  readonly comparisons: readonly Comparison[];
}

/** How the time of a request grows from the fewest members to the most: 1 where their number makes no difference. */
export function growthTable(sizes: readonly Size[]): string {
  const [fewest] = sizes;
  const most = sizes.at(-1);
  const headings = [
    'operation',
    'server',
    ...sizes.map(({ members }) => `req/s of ${whole(members)}`),
    'times',
  ];
  const rows = (fewest?.comparisons ?? []).flatMap(({ operation, measured }) =>
    [...measured.keys()].map((server, index) => {
      const rates = sizes.map((size) => measuredIn(size, operation, server)?.perSecond);
      const [least, last] = [rates[0], rates.at(-1)];
      const times = least === undefined || last === undefined || most === fewest ? '' : ratio(least / last);
      const shown = rates.map((rate) => (rate === undefined ? '' : whole(rate)));
      return [index === 0 ? operation : '', server, ...shown, times];
    }),
  );
  return table(headings, rows);
}

function measuredIn({ comparisons }: Size, operation: string, server: string): MeasuredRounds | undefined {
  return comparisons.find((comparison) => comparison.operation === operation)?.measured.get(server);
}

/** Rows of text under headings; the first two columns begin at the left, the others end at the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((cells) => cells.map(padded).join('  ').trimEnd()).join('\n');
}

function ratio(number: number): string {
  return number.toFixed(2);
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
