import type { Client, CombinedError } from 'urql';
import { inLabels } from '../../../app/attributes.js';
import { isLost, refusalOf } from '../../../app/client.js';
import { translate } from '../../../app/messages.js';
import type { MemberFilter, MembersBulkChange } from '../../../app/schema.generated.js';
import { addAgain } from '../undo.js';
import {
  type BulkTargetPartsFragment,
  BulkTargetsDocument,
  MembersBulkUpdateDocument,
} from './bulk.generated.js';

/** A member of a bulk change, as it was before. */
export type BulkTarget = BulkTargetPartsFragment;

/** The result for one member. */
export interface Verdict {
  readonly target: BulkTarget;
  readonly changed: boolean;
  /** The server's reason for not changing the member. */
  readonly refusal: string | null;
}

/** The answer about some members, or why there is none. */
export type PartAnswer =
  | { readonly kind: 'judged'; readonly verdicts: readonly Verdict[] }
  /** None of the members was changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The answer was lost: the members may be changed or not. */
  | { readonly kind: 'lost' };

type Report = (done: number, total: number) => void;

/** The most members that the server changes in one request. */
const MOST = 500;

/**
 * Reads all members that match a filter.
 * @throws Error with the server's message, when it refuses or cannot be reached
 */
export async function readTargets(
  client: Client,
  workspaceId: string,
  filter: MemberFilter,
  report: Report,
): Promise<readonly BulkTarget[]> {
  const targets: BulkTarget[] = [];
  for (let after: string | null = null, hasNext = true; hasNext; ) {
    const result: Awaited<ReturnType<typeof readPage>> = await readPage(client, {
      workspaceId,
      filter,
      after,
    });
    const members = result.data?.workspace?.members;
    if (members == null) throw failure(withoutAnswer(result.error));
    targets.push(...members.nodes);
    report(targets.length, members.totalCount);
    after = members.pageInfo.endCursor;
    hasNext = members.pageInfo.hasNextPage;
  }
  return targets;
}

function readPage(
  client: Client,
  variables: { readonly workspaceId: string; readonly filter: MemberFilter; readonly after: string | null },
) {
  return client.query(BulkTargetsDocument, variables, { requestPolicy: 'network-only' }).toPromise();
}

/**
 * Finds out for many members whether they would be changed; nobody is.
 * @throws Error with the server's message, when it refuses the change as a whole or cannot be reached
 */
export async function judgeAll(
  client: Client,
  workspaceId: string,
  targets: readonly BulkTarget[],
  change: MembersBulkChange,
  report: Report,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let start = 0; start < targets.length; start += MOST) {
    const part = targets.slice(start, start + MOST);
    const answer = await changePart(client, { workspaceId, change, targets: part, dryRun: true });
    if (answer.kind !== 'judged') throw failure(answer);
    verdicts.push(...answer.verdicts);
    report(verdicts.length, targets.length);
  }
  return verdicts;
}

interface Part {
  readonly workspaceId: string;
  readonly change: MembersBulkChange;
  readonly targets: readonly BulkTarget[];
  readonly dryRun: boolean;
  /** Whether an answer about these members was lost. */
  readonly isAgain?: boolean;
}

/**
 * Changes at most 500 members, or runs the change as a dry run. Each member must have the version of its target, so that a
 * member that somebody else has changed is refused, and no member is changed twice.
 */
export async function changePart(client: Client, part: Part): Promise<PartAnswer> {
  const answer = await send(client, part, true);
  if (answer.kind !== 'judged' || part.isAgain !== true) return answer;
  const stale = new Set(answer.stale);
  if (stale.size === 0) return answer;
  // Who has another version now and would not be changed any more, was changed by the request whose answer was lost.
  const now = await send(client, { ...part, targets: answer.stale, dryRun: true }, false);
  if (now.kind !== 'judged') return now;
  const same = new Set(now.verdicts.filter(isSame).map(({ target }) => target));
  const verdicts = answer.verdicts.map((verdict) =>
    same.has(verdict.target) ? { ...verdict, changed: true, refusal: null } : verdict,
  );
  return { kind: 'judged', verdicts };
}

const isSame = ({ changed, refusal }: Verdict) => !changed && refusal === null;

async function send(
  client: Client,
  { workspaceId, change, targets, dryRun }: Part,
  hasVersions: boolean,
): Promise<
  | Exclude<PartAnswer, { kind: 'judged' }>
  | {
      readonly kind: 'judged';
      readonly verdicts: readonly Verdict[];
      /** Those that were refused because they have another version. */
      readonly stale: readonly BulkTarget[];
    }
> {
  const members = { ids: targets.map(({ id }) => id) };
  const versions = hasVersions ? { expectedVersions: targets.map(({ version }) => version) } : {};
  const input = { workspaceId, dryRun, change, members, ...versions };
  const { data, error } = await client.mutation(MembersBulkUpdateDocument, { input }).toPromise();
  if (data?.membersBulkUpdate == null) return withoutAnswer(error);
  const results = new Map(data.membersBulkUpdate.results.map((result) => [result.memberId, result]));
  const verdicts = targets.map((target): Verdict => {
    const { changed = false, refusal } = results.get(target.id) ?? {};
    return { target, changed, refusal: refusal == null ? null : inLabels(refusal.message, '', translate) };
  });
  const stale = targets.filter(({ id }) => results.get(id)?.refusal?.code === 'STALE_VERSION');
  return { kind: 'judged', verdicts, stale };
}

/** Adds removed people again, all at once, with the access from before. Who is back already counts when an answer was lost. */
export async function addPartAgain(
  client: Client,
  { workspaceId, targets, isAgain }: Required<Pick<Part, 'workspaceId' | 'targets' | 'isAgain'>>,
): Promise<PartAnswer> {
  const errors = await Promise.all(targets.map((target) => addAgain(client, workspaceId, target)));
  const answers = errors.map((error) => (error === undefined ? null : withoutAnswer(error)));
  if (answers.some((answer) => answer?.kind === 'lost')) return { kind: 'lost' };
  const verdicts = targets.map((target, index): Verdict => {
    const answer = answers[index] ?? null;
    const isBack = isAgain && refusalOf(errors[index])?.code === 'ALREADY_A_MEMBER';
    const refusal = answer?.kind === 'refused' && !isBack ? answer.reason : null;
    return { target, changed: refusal === null, refusal };
  });
  return { kind: 'judged', verdicts };
}

function withoutAnswer(error: CombinedError | undefined): Exclude<PartAnswer, { kind: 'judged' }> {
  const refusal = refusalOf(error);
  if (refusal === undefined || isLost(refusal)) return { kind: 'lost' };
  const { message, hint } = refusal;
  return { kind: 'refused', reason: hint === null ? message : `${message} ${hint}` };
}

function failure(answer: Exclude<PartAnswer, { kind: 'judged' }>): Error {
  return new Error(answer.kind === 'refused' ? answer.reason : translate('bulk.notChecked'));
}
