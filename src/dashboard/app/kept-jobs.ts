/** What a job does, which says who can go on with it. */
export type JobKind = 'inviting' | 'bulk';

const JOBS = 'rollcall.job.';

/** Whose jobs this page keeps. */
let owner = '';

const prefixOf = (kind: JobKind) => `${JOBS}${owner}.${kind}.`;

/** Says who is signed in, and forgets the jobs of others who were signed in before, in the same tab. */
export function claimJobs(accountId: string): void {
  owner = accountId;
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(JOBS) && !key.startsWith(`${JOBS}${owner}.`)) sessionStorage.removeItem(key);
}

/**
 * Keeps the state of a job until the tab is closed, so that a reload loses nothing. Where the browser has no room for it,
 * the job goes on and ends with the page.
 */
export function keepJob(kind: JobKind, state: { readonly id: string }): void {
  const key = prefixOf(kind) + state.id;
  try {
    sessionStorage.setItem(key, JSON.stringify(state));
  } catch {
    sessionStorage.removeItem(key);
  }
}

export function forgetJob(kind: JobKind, id: string): void {
  sessionStorage.removeItem(prefixOf(kind) + id);
}

/** Whether a reload has interrupted such a job, or one that has ended was not dismissed. */
export function hasKeptJobs(kind: JobKind): boolean {
  return Object.keys(sessionStorage).some((key) => key.startsWith(prefixOf(kind)));
}

/**
 * The jobs that a reload interrupted, and those that ended and were not dismissed.
 * @param isState whether a state is of this version of the page: another one may have kept it before the server was updated
 */
export function keptJobs<State>(
  kind: JobKind,
  isState: (state: object) => state is State & object,
): readonly State[] {
  return Object.entries(sessionStorage)
    .filter(([key]) => key.startsWith(prefixOf(kind)))
    .map(([, text]): unknown => JSON.parse(String(text)))
    .filter((state) => typeof state === 'object' && state !== null)
    .filter(isState);
}
