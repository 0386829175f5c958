import { useEffect, useState } from 'react';
import { formatAgo, formatDate, formatTime, formatUtc } from '../app/formats.js';

interface TimeProps {
  /** RFC 3339. */
  readonly at: string;
  readonly form?: 'date' | 'time' | 'ago';
  /** From when `ago` counts; milliseconds since 1970. */
  readonly now?: number;
}

/** A moment in the viewer's time zone; the tooltip has it in UTC. */
export function Time({ at, form = 'time', now = Date.now() }: TimeProps) {
  const text = form === 'ago' ? formatAgo(at, now) : form === 'date' ? formatDate(at) : formatTime(at);
  return (
    <time dateTime={at} title={form === 'ago' ? `${formatTime(at)} (${formatUtc(at)})` : formatUtc(at)}>
      {text}
    </time>
  );
}

const TICK_MS = 15_000;

/** The time now, in milliseconds since 1970, for what counts down. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
