import { useSyncExternalStore } from 'react';

/** The message and the actions of a job that has ended. */
export interface JobOutcome {
  readonly summary: string;
  readonly isFailure?: boolean;
  /** One line per refused item. */
  readonly details?: readonly string[];
  readonly action?: {
    readonly label: string;
    readonly onPress: () => void;
    /** Whether the job remains on the list after the press. */
    readonly keepsJob?: boolean;
  };
}

/** A long job, which continues while other screens are open. */
export interface Job {
  readonly id: number;
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Why the job has stopped, and what lets it go on; undefined while it runs. */
  readonly paused?:
    | { readonly reason: string; readonly goOn: () => void; readonly stop: () => void }
    | undefined;
  /** Undefined while the job runs. */
  readonly outcome?: JobOutcome;
  readonly onDismiss: () => void;
}

/** The functions with which a job reports its progress. */
export interface JobControl {
  report(done: number): void;
  /**
   * Shows why the job has stopped. It goes on when the person says so, or when the connection is back.
   * @returns false when the person wants no more of it
   */
  pause(reason: string): Promise<boolean>;
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
 * @param run does the work, and must not reject
 */
export function startJob(
  label: string,
  total: number,
  run: (control: JobControl) => Promise<JobOutcome>,
  { done = 0, onDismiss = () => undefined }: Partial<Pick<Job, 'done' | 'onDismiss'>> = {},
): void {
  const id = nextId;
  nextId += 1;
  const update = (change: Partial<Job>) =>
    store(jobs.map((job) => (job.id === id ? { ...job, ...change } : job)));
  const pause = (reason: string) =>
    new Promise<boolean>((resolve) => {
      const end = (goesOn: boolean) => {
        window.removeEventListener('online', goOn);
        update({ paused: undefined });
        resolve(goesOn);
      };
      const goOn = () => end(true);
      window.addEventListener('online', goOn);
      update({ paused: { reason, goOn, stop: () => end(false) } });
    });
  window.addEventListener('beforeunload', warn);
  store([...jobs, { id, label, total, done, onDismiss }]);
  void run({ report: (count) => update({ done: count }), pause }).then((outcome) => update({ outcome }));
}

/** Removes a job that has ended from the list. */
export function dismissJob(id: number): void {
  jobs.find((job) => job.id === id)?.onDismiss();
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
