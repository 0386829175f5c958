import { formatAgo, formatDate, formatTime, formatUtc } from '../app/formats.js';

interface TimeProps {
  /** RFC 3339. */
  readonly at: string;
  readonly form?: 'date' | 'time' | 'ago';
}

/** A moment in the viewer's time zone; the tooltip has it in UTC. */
export function Time({ at, form = 'time' }: TimeProps) {
  const text = form === 'ago' ? formatAgo(at) : form === 'date' ? formatDate(at) : formatTime(at);
  return (
    <time dateTime={at} title={form === 'ago' ? `${formatTime(at)} (${formatUtc(at)})` : formatUtc(at)}>
      {text}
    </time>
  );
}
