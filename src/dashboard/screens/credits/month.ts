import { formatDay } from '../../app/formats.js';
import type { Point } from '../../ui/chart.js';

const DAY_MS = 86_400_000;

interface Pool {
  readonly month: string;
  readonly used: number;
  readonly days: readonly { readonly date: string; readonly used: number }[];
}

function daysIn(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

const startOf = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);

/** The days of a month (UTC) with the credits used on each; future days have none. */
export function dailyUse({ month, days }: Pool, now: number = Date.now()): readonly Point[] {
  const used = new Map(days.map((day) => [day.date, day.used]));
  return Array.from({ length: daysIn(month) }, (_, index) => {
    const date = `${month}-${String(index + 1).padStart(2, '0')}`;
    const isFuture = startOf(month) + index * DAY_MS > now;
    return { id: date, label: formatDay(date), value: isFuture ? null : (used.get(date) ?? 0) };
  });
}

/** The days of a month with the credits used since its start. */
export function usedSoFar(pool: Pool, now?: number): readonly Point[] {
  let sum = 0;
  return dailyUse(pool, now).map((point) => {
    if (point.value === null) return point;
    sum += point.value;
    return { ...point, value: sum };
  });
}

/**
 * The expected use at the end of the current month, at the rate since its start. The first day counts as a whole day,
 * because a few hours predict little.
 */
export function forecast({ month, used }: Pool, now: number = Date.now()): number {
  const elapsed = Math.min(daysIn(month), Math.max(1, (now - startOf(month)) / DAY_MS));
  return Math.round((used / elapsed) * daysIn(month));
}
