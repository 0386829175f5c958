import { LOCALE } from './locale.js';

const numbers = new Intl.NumberFormat(LOCALE);
const compactNumbers = new Intl.NumberFormat(LOCALE, {
  notation: 'compact',
  maximumFractionDigits: 1,
});
const dates = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const months = new Intl.DateTimeFormat(LOCALE, {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const days = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const fullDays = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });

/** 1234567 → "1,234,567", as the browser's locale writes it. */
export const formatNumber = (value: number): string => numbers.format(value);

/** 1234567 → "1.2M". */
export const formatCompact = (value: number): string => compactNumbers.format(value);

/** A day in the viewer's time zone. @param time RFC 3339 */
export const formatDate = (time: string): string => dates.format(new Date(time));

/** A day and a time of day in the viewer's time zone. @param time RFC 3339 */
export const formatTime = (time: string): string => times.format(new Date(time));

/** A calendar month (UTC). @param month such as 2026-11 */
export const formatMonth = (month: string): string => months.format(new Date(`${month}-01T00:00:00Z`));

/** A calendar day (UTC) with its year. @param day such as 2026-11-29 */
export const formatFullDay = (day: string): string => fullDays.format(new Date(`${day}T00:00:00Z`));

/** A calendar day (UTC) without its year, for charts. @param day such as 2026-11-29 */
export const formatDay = (day: string): string => days.format(new Date(`${day}T00:00:00Z`));

/** The same moment in UTC, for the tooltip beside a local time. @param time RFC 3339 */
export const formatUtc = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "3 hours ago", "in 2 days". @param time RFC 3339 @param now milliseconds since 1970 */
export function formatAgo(time: string, now: number = Date.now()): string {
  const difference = new Date(time).getTime() - now;
  const [unit, length] = UNITS.find(([, ms]) => Math.abs(difference) >= ms) ?? (['minute', 60_000] as const);
  return relative.format(Math.round(difference / length), unit);
}
