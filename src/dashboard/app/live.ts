import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyVariables, UseQueryArgs, UseQueryResponse } from 'urql';
import { uncachedClient } from './client.js';
import { ACTIVITY, useNews } from './news.js';
import { useQuery } from './query.js';

/** As `useQuery`, and reads again when a log has news: without `source`, when the workspace has changed. */
export function useLiveQuery<Data, Variables extends AnyVariables>(
  args: UseQueryArgs<Variables, Data>,
  source = ACTIVITY,
): UseQueryResponse<Data, Variables> {
  const [query, reload] = useQuery(args);
  useNews(source, () => {
    if (args.pause !== true) reload({ requestPolicy: 'network-only' });
  });
  return [query, reload];
}

/**
 * As `useLiveQuery`, for a page of a list: its rows change in place. When other rows belong on the page now, `hasNews` is
 * true until `show` is called or another page is read, so that no row moves under the mouse.
 *
 * @param rowsOf the rows in an answer
 */
export function useLiveList<Data, Variables extends AnyVariables>(
  args: UseQueryArgs<Variables, Data>,
  rowsOf: (data: Data) => readonly { readonly id: string }[] | undefined,
) {
  const [query, reload] = useQuery(args);
  const [hasNews, setNews] = useState(false);
  const key = JSON.stringify(args.variables);
  const current = useRef(key);
  current.current = key;
  const show = useCallback(() => {
    setNews(false);
    reload({ requestPolicy: 'network-only' });
  }, [reload]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has no news.
  useEffect(() => setNews(false), [key]);
  useNews(ACTIVITY, async () => {
    const shown = query.data && rowsOf(query.data);
    if (args.pause === true || shown === undefined) return;
    const { data, error } = await uncachedClient.query(args.query, args.variables).toPromise();
    // The page may have been turned in the meantime.
    if (data === undefined || error !== undefined || current.current !== key) return;
    const idsOf = (rows: typeof shown) => rows.map(({ id }) => id).join();
    if (shown.length === 0 || idsOf(rowsOf(data) ?? []) === idsOf(shown)) show();
    else setNews(true);
  });
  return { query, hasNews, show };
}
