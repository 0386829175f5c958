import type { Client } from 'urql';
import { formatNumber } from '../../../app/formats.js';
import { type JobControl, type JobOutcome, startJob } from '../../../app/jobs.js';
import { forgetJob, keepJob, keptJobs } from '../../../app/kept-jobs.js';
import { translate } from '../../../app/messages.js';
import type { MembersBulkChange } from '../../../app/schema.generated.js';
import type { BulkAction } from './action.js';
import { addPartAgain, type BulkTarget, changePart, type PartAnswer } from './run.js';

/** A bulk change, as far as it has come. */
interface Bulk {
  readonly id: string;
  readonly workspaceId: string;
  /** The change; `undo` adds members again that were removed. */
  readonly work:
    | { readonly action: 'undo' }
    | { readonly action: BulkAction; readonly change: MembersBulkChange };
  /** The members that are left to change. */
  readonly left: readonly BulkTarget[];
  /** Those that were changed, as they were before. */
  readonly changed: readonly BulkTarget[];
  /** How many members all is known about. */
  readonly done: number;
  /** A line for each member that was not changed. */
  readonly refusals: readonly string[];
  /** Whether the answer about the first members that are left may have been lost. */
  readonly isAgain: boolean;
}

function isBulk(state: Partial<Record<keyof Bulk, unknown>>): state is Bulk {
  const { id, workspaceId, work, left, changed, done, refusals } = state;
  return (
    [id, workspaceId].every((text) => typeof text === 'string') &&
    [left, changed, refusals].every(Array.isArray) &&
    typeof work === 'object' &&
    typeof done === 'number'
  );
}

const keep = (bulk: Bulk) => keepJob('bulk', bulk);

/** Members that are changed in one request: few, so that progress shows. */
const CHANGED_AT_ONCE = 100;
/** People who are added again concurrently. */
const ADDED_AT_ONCE = 4;

/**
 * Changes many members as a job: the person can leave the screen, and a reload interrupts it only until the page is there
 * again. Members who were removed can be added again afterwards.
 * @param onEnded called when it has ended
 */
export function startBulk(
  client: Client,
  { workspaceId, work, left }: Pick<Bulk, 'workspaceId' | 'work' | 'left'>,
  onEnded?: () => void,
): void {
  const id = crypto.randomUUID();
  run(client, { id, workspaceId, work, left, changed: [], done: 0, refusals: [], isAgain: false }, onEnded);
}

/** Goes on with what a reload has interrupted, and shows again what has ended. */
export function resumeBulk(client: Client): void {
  for (const bulk of keptJobs('bulk', isBulk)) run(client, bulk);
}

function run(client: Client, bulk: Bulk, onEnded?: () => void): void {
  const { id, work, left, done } = bulk;
  const options = { done, onDismiss: () => forgetJob('bulk', id) };
  startJob(
    translate(`bulk.${work.action}.running`),
    done + left.length,
    async (control) => {
      const end = await changeAll(client, bulk, control);
      onEnded?.();
      return outcomeOf(client, end, onEnded);
    },
    options,
  );
}

/** Nobody is changed twice: the server refuses another version, and after a lost answer who has the change already counts. */
async function changeAll(client: Client, start: Bulk, { report, pause }: JobControl): Promise<Bulk> {
  let now = start;
  while (now.left.length > 0) {
    // A reload from here on may lose the answer.
    keep({ ...now, isAgain: true });
    const targets = now.left.slice(0, now.work.action === 'undo' ? ADDED_AT_ONCE : CHANGED_AT_ONCE);
    const answer = await changeSome(client, now, targets);
    if (answer.kind === 'judged') {
      now = after(now, answer.verdicts);
      keep(now);
      report(now.done);
    } else if (answer.kind === 'lost') {
      now = { ...now, isAgain: true };
      if (!(await pause(translate('bulk.paused')))) now = stopped(now);
    } else if (!(await pause(answer.reason))) now = stopped(now);
  }
  return now;
}

function changeSome(
  client: Client,
  { workspaceId, work, isAgain }: Bulk,
  targets: readonly BulkTarget[],
): Promise<PartAnswer> {
  return work.action === 'undo'
    ? addPartAgain(client, { workspaceId, targets, isAgain })
    : changePart(client, { workspaceId, change: work.change, targets, isAgain, dryRun: false });
}

function after(now: Bulk, verdicts: Extract<PartAnswer, { kind: 'judged' }>['verdicts']): Bulk {
  const changed = verdicts.filter((verdict) => verdict.changed).map(({ target }) => target);
  const refused = verdicts.filter(({ refusal }) => refusal !== null);
  return {
    ...now,
    left: now.left.slice(verdicts.length),
    changed: [...now.changed, ...changed],
    done: now.done + verdicts.length,
    refusals: [...now.refusals, ...refused.map(({ target, refusal }) => `${target.userName}: ${refusal}`)],
    isAgain: false,
  };
}

/** Leaves the rest of the members as they are. */
function stopped(now: Bulk): Bulk {
  const count = now.left.length;
  const line = translate('bulk.stopped', { count, formatted: formatNumber(count) });
  const end = { ...now, left: [], done: now.done + count, refusals: [...now.refusals, line] };
  keep(end);
  return end;
}

function outcomeOf(
  client: Client,
  { workspaceId, work, changed, refusals }: Bulk,
  onEnded?: () => void,
): JobOutcome {
  const count = changed.length;
  const summary = translate(`bulk.${work.action}.done`, { count, formatted: formatNumber(count) });
  if (work.action !== 'remove' || count === 0)
    return { summary, details: refusals, isFailure: refusals.length > 0 };
  const undo = () => startBulk(client, { workspaceId, work: { action: 'undo' }, left: changed }, onEnded);
  return { summary, details: refusals, action: { label: translate('dialog.undo'), onPress: undo } };
}
