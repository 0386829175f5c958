import { useLayoutEffect } from 'react';
import type { CombinedError } from 'urql';
import { useSearchParams } from 'wouter';
import { showToast } from '../ui/toast.js';
import { refusalOf } from './client.js';
import { translate } from './messages.js';

/** A day of the calendar, such as 2026-11-29; empty for any other text, such as 2026-02-31. */
export function dayOf(text: string | null): string {
  if (text === null || !/^\d{4}-\d\d-\d\d$/.test(text)) return '';
  const time = Date.parse(text);
  // A day that the month does not have is read as one of the next month.
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(text) ? '' : text;
}

/** An id of the server; empty for any other text, which the server would refuse. */
export function idOf(text: string | null): string {
  return text !== null && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : '';
}

/**
 * Shows a list whose page is in the URL from its beginning, when the server refuses the cursor: it is of another order of the
 * list or of another list, as after the link was edited.
 *
 * @param error the error of the query of the list
 */
export function useKnownPage(error: CombinedError | undefined): void {
  const [, setParameters] = useSearchParams();
  const { code, field } = refusalOf(error) ?? {};
  const isUnknown = code === 'INVALID_INPUT' && (field === 'after' || field === 'before');
  // Before the browser paints the refusal.
  useLayoutEffect(() => {
    if (!isUnknown) return;
    setParameters((now) => [...now].filter(([name]) => name !== 'after' && name !== 'before'), {
      replace: true,
    });
    showToast({ text: translate('pager.restarted') });
  }, [isUnknown, setParameters]);
}
