import { useLayoutEffect } from 'react';
import type { CombinedError } from 'urql';
import { useSearchParams } from 'wouter';
import { showToast } from '../ui/toast.js';
import { refusalOf } from './client.js';
import { translate } from './messages.js';

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
