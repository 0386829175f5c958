import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { uncachedClient } from '../../app/client.js';
import { ACTIVITY, useNews } from '../../app/news.js';
import {
  MembersByIdsDocument,
  MembersPageDocument,
  MembersPageIdsDocument,
  type MembersPageQueryVariables,
} from './members.generated.js';

/**
 * Shows changes by other people, without a reload and without moving rows under the mouse.
 *
 * Rows that are on the screen change in place. When other rows belong on the page now, `hasNews` is true until `show`
 * is called or the page is turned.
 *
 * @param page the page of the table
 * @param shownIds the members on the screen, in their order; undefined while the page loads
 */
export function useLivePage(page: MembersPageQueryVariables, shownIds: readonly string[] | undefined) {
  const client = useClient();
  const [hasNews, setNews] = useState(false);
  const current = useRef({ page, shownIds });
  current.current = { page, shownIds };
  const key = JSON.stringify(page);

  const show = useCallback(async () => {
    setNews(false);
    await client
      .query(MembersPageDocument, current.current.page, { requestPolicy: 'network-only' })
      .toPromise();
  }, [client]);

  const look = useCallback(async () => {
    const { page: shown, shownIds: ids } = current.current;
    if (ids === undefined) return;
    const { data } = await uncachedClient.query(MembersPageIdsDocument, shown).toPromise();
    // The page may have been turned in the meantime.
    if (data === undefined || current.current.page !== shown) return;
    const now = data.workspace?.members?.nodes.map(({ id }) => id);
    // Without a list, the viewer has lost the access, which the screen says when it reads the page itself.
    if (now === undefined || now.join() === ids.join()) return show();
    const { withGroups, withUsage } = shown;
    if (ids.length > 0) {
      const variables = { ids: [...ids], withGroups, withUsage };
      await client.query(MembersByIdsDocument, variables, { requestPolicy: 'network-only' }).toPromise();
    }
    setNews(true);
  }, [client, show]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has no news.
  useEffect(() => setNews(false), [key]);

  useNews(ACTIVITY, look);

  return { hasNews, show };
}
