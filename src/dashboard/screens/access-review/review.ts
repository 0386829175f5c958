import { useEffect, useState } from 'react';
import { type Client, type CombinedError, type UseQueryState, useClient } from 'urql';
import { AccessReviewDocument, type AccessReviewQuery } from './access-review.generated.js';

type Review = NonNullable<NonNullable<AccessReviewQuery['workspace']>['accessReview']>;
export type ReviewEntry = Review['nodes'][number];

/** The end of a day (UTC), or now where the day has not ended. @param day such as 2026-03-31 */
export function endOf(day: string, now: number = Date.now()): string {
  return new Date(Math.min(now, Date.parse(`${day}T23:59:59.999Z`))).toISOString();
}

type Answer = { readonly entries: readonly ReviewEntry[] } | { readonly error: CombinedError };

async function readAll(client: Client, workspaceId: string, asOf: string): Promise<Answer> {
  const entries: ReviewEntry[] = [];
  let after: string | null = null;
  do {
    const { data, error } = await client
      .query(AccessReviewDocument, { workspaceId, asOf, after }, { requestPolicy: 'network-only' })
      .toPromise();
    if (error !== undefined) return { error };
    const review: Review | null | undefined = data?.workspace?.accessReview;
    entries.push(...(review?.nodes ?? []));
    after = review?.pageInfo.hasNextPage === true ? review.pageInfo.endCursor : null;
  } while (after !== null);
  return { entries };
}

/**
 * Everybody who had access when a day ended (UTC). All pages are read: the comparison and the file need them.
 * @param day an empty text reads nothing
 * @returns `data` undefined while it loads
 */
export function useReview(workspaceId: string, day: string) {
  const client = useClient();
  const [answer, setAnswer] = useState<{ readonly day: string; readonly answer: Answer } | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again.
  useEffect(() => {
    let isCurrent = true;
    if (day === '') return;
    void readAll(client, workspaceId, endOf(day)).then((read) => {
      if (isCurrent) setAnswer({ day, answer: read });
    });
    return () => {
      isCurrent = false;
    };
  }, [client, workspaceId, day, attempt]);
  const current = answer?.day === day ? answer.answer : undefined;
  const query: UseQueryState<readonly ReviewEntry[], object> = {
    fetching: current === undefined && day !== '',
    stale: false,
    hasNext: false,
    ...(current !== undefined && 'entries' in current ? { data: current.entries } : {}),
    ...(current !== undefined && 'error' in current ? { error: current.error } : {}),
  };
  return { query, retry: () => setAttempt(attempt + 1) };
}

export type Difference =
  | { readonly kind: 'joined' | 'left'; readonly entry: ReviewEntry }
  | { readonly kind: 'changed'; readonly entry: ReviewEntry; readonly before: ReviewEntry };

/** The people who came or left, and those whose access changed between two days. */
export function differences(
  before: readonly ReviewEntry[],
  after: readonly ReviewEntry[],
): readonly Difference[] {
  const earlier = new Map(before.map((entry) => [entry.memberId, entry]));
  const later = new Set(after.map(({ memberId }) => memberId));
  const found = after.flatMap((entry): Difference[] => {
    const was = earlier.get(entry.memberId);
    if (was === undefined) return [{ kind: 'joined', entry }];
    const isSame = was.role === entry.role && JSON.stringify(was.access) === JSON.stringify(entry.access);
    return isSame ? [] : [{ kind: 'changed', entry, before: was }];
  });
  const left = before.filter(({ memberId }) => !later.has(memberId));
  return [...found, ...left.map((entry): Difference => ({ kind: 'left', entry }))];
}
