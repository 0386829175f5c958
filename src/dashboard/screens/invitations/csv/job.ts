import type { Client } from 'urql';
import { formatNumber } from '../../../app/formats.js';
import { type JobControl, type JobOutcome, startJob } from '../../../app/jobs.js';
import { forgetJob, keepJob, keptJobs } from '../../../app/kept-jobs.js';
import { translate } from '../../../app/messages.js';
import { download } from '../../download.js';
import { type CsvFile, type CsvRecord, csvOf, firstPart } from './file.js';
import { type CsvResult, type RowVerdict, sendPart } from './run.js';

/** The invitations of a file, as far as they have come. */
interface Inviting {
  readonly id: string;
  readonly workspaceId: string;
  readonly header: string;
  /** The rows that are left to invite. */
  readonly left: readonly CsvRecord[];
  /** The rows about which all is known, those that were refused at the check among them. */
  readonly verdicts: readonly RowVerdict[];
  /** Whether the answer about the first rows that are left may have been lost. */
  readonly isAgain: boolean;
}

function isInviting(state: Partial<Record<keyof Inviting, unknown>>): state is Inviting {
  const { id, workspaceId, header, left, verdicts } = state;
  return (
    [id, workspaceId, header].every((text) => typeof text === 'string') &&
    [left, verdicts].every(Array.isArray)
  );
}

const keep = (inviting: Inviting) => keepJob('inviting', inviting);

/** Rows that are invited in one request: few, so that progress shows. */
const INVITED_AT_ONCE = 200;

/**
 * Invites the people of a file whose rows were not refused, as a job: the person can leave the screen, and a reload
 * interrupts it only until the page is there again. Afterwards the results of all rows can be saved as a file.
 */
export function startInviting(
  client: Client,
  workspaceId: string,
  { header, records }: CsvFile,
  { verdicts }: CsvResult,
): void {
  const refused = verdicts.filter(({ refusal }) => refusal !== null);
  const refusedLines = new Set(refused.map(({ line }) => line));
  run(client, {
    id: String(Date.now()),
    workspaceId,
    header,
    left: records.filter(({ line }) => !refusedLines.has(line)),
    verdicts: refused,
    isAgain: false,
  });
}

/** Goes on with what a reload has interrupted, and shows again what has ended. */
export function resumeInviting(client: Client): void {
  for (const inviting of keptJobs('inviting', isInviting)) run(client, inviting);
}

function run(client: Client, inviting: Inviting): void {
  const { id, verdicts, left } = inviting;
  const options = { done: verdicts.length, onDismiss: () => forgetJob('inviting', id) };
  startJob(
    translate('csv.inviting'),
    verdicts.length + left.length,
    async (control) => outcomeOf(await inviteAll(client, inviting, control)),
    options,
  );
}

/** Nobody is invited twice: the server refuses whom it has invited, and after a lost answer such a row counts as invited. */
async function inviteAll(
  client: Client,
  start: Inviting,
  { report, pause }: JobControl,
): Promise<readonly RowVerdict[]> {
  let now = start;
  while (now.left.length > 0) {
    const { workspaceId, header, isAgain } = now;
    // A reload from here on may lose the answer.
    keep({ ...now, isAgain: true });
    const records = firstPart(now.left, INVITED_AT_ONCE);
    const answer = await sendPart(client, { workspaceId, header, records, dryRun: false, isAgain });
    if (answer.kind === 'judged') {
      const verdicts = [...now.verdicts, ...answer.verdicts];
      now = { ...now, left: now.left.slice(records.length), verdicts, isAgain: false };
      keep(now);
      report(verdicts.length);
    } else if (answer.kind === 'lost') {
      now = { ...now, isAgain: true };
      if (!(await pause(translate('csv.paused')))) now = stopped(now);
    } else if (!(await pause(answer.reason))) now = stopped(now);
  }
  return now.verdicts.toSorted((a, b) => a.line - b.line);
}

/** Leaves the rest of the rows out. */
function stopped(now: Inviting): Inviting {
  const refusal = translate('csv.stopped');
  const others = now.left.map(({ line, text }) => ({
    line,
    email: text,
    refusal,
    warning: null,
    link: null,
  }));
  const end = { ...now, left: [], verdicts: [...now.verdicts, ...others] };
  keep(end);
  return end;
}

function outcomeOf(verdicts: readonly RowVerdict[]): JobOutcome {
  const invited = verdicts.filter(({ refusal }) => refusal === null).length;
  const rows = verdicts.map(({ line, email, refusal, warning, link }) => [
    String(line),
    email,
    translate(refusal === null ? 'csv.invited' : 'csv.refused'),
    refusal ?? warning ?? '',
    link ?? '',
  ]);
  const save = () => {
    const table = [['row', 'email', 'result', 'reason', 'link'], ...rows];
    download('invitations.csv', csvOf(table), 'text/csv;charset=utf-8');
  };
  return {
    summary: translate('csv.done', {
      invited: formatNumber(invited),
      refused: verdicts.length - invited,
      count: invited,
    }),
    isFailure: invited === 0,
    action: { label: translate('csv.download'), onPress: save, keepsJob: true },
  };
}
