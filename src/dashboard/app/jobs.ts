import { useSyncExternalStore } from 'react';

/** The message and the actions of a job that has ended. */
export interface JobOutcome {
  readonly summary: string;
  readonly isFailure?: boolean;
  /** One line per refused item. */
  readonly details?: readonly string[];
  readonly action?: { readonly label: string; readonly onPress: () => void };
}

/** A long job, which continues while other screens are open. */
export interface Job {
  readonly id: number;
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Undefined while the job runs. */
  readonly outcome?: JobOutcome;
}

let jobs: readonly Job[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function store(changed: readonly Job[]): void {
  jobs = changed;
  for (const listener of listeners) listener();
}

/** Asks before a tab with unfinished work is closed. */
function warn(event: BeforeUnloadEvent): void {
  if (jobs.some(({ outcome }) => outcome === undefined)) event.preventDefault();
}

/**
 * Starts a long job, whose progress is shown beside every screen.
 * @param run does the work, reports how many items are done, and must not reject
 */
export function startJob(
  label: string,
  total: number,
  run: (report: (done: number) => void) => Promise<JobOutcome>,
): void {
  const id = nextId;
  nextId += 1;
  const update = (change: Partial<Job>) =>
    store(jobs.map((job) => (job.id === id ? { ...job, ...change } : job)));
  window.addEventListener('beforeunload', warn);
  store([...jobs, { id, label, total, done: 0 }]);
  void run((done) => update({ done })).then((outcome) => update({ outcome }));
}

/** Removes a job that has ended from the list. */
export function dismissJob(id: number): void {
  store(jobs.filter((job) => job.id !== id));
}

/** The running jobs, and those that have ended and are not dismissed. */
export function useJobs(): readonly Job[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => jobs,
  );
}
