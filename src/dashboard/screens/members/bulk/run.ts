import type { Client } from 'urql';
import { refusalOf } from '../../../app/client.js';
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

type Report = (done: number, total: number) => void;

/** The most members that the server changes in one request. */
const CHUNK = 500;
/** How many people are added again concurrently. */
const PARALLEL = 4;

function messageOf(error: Parameters<typeof refusalOf>[0]): string {
  const refusal = refusalOf(error);
  if (refusal === undefined) return translate('change.offlineHint');
  return refusal.hint === null ? refusal.message : `${refusal.message} ${refusal.hint}`;
}

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
    if (members == null) throw new Error(messageOf(result.error));
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
 * Changes many members, or runs the change as a dry run.
 *
 * Each member must have the version of its target, so that a member that was changed in the meantime is refused. A
 * failed request is reported as the refusal of its members; members of earlier requests remain changed.
 */
export async function changeAll(
  client: Client,
  workspaceId: string,
  targets: readonly BulkTarget[],
  change: MembersBulkChange,
  { dryRun, report }: { readonly dryRun: boolean; readonly report: Report },
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let start = 0; start < targets.length; start += CHUNK) {
    const chunk = targets.slice(start, start + CHUNK);
    const input = {
      workspaceId,
      dryRun,
      change,
      members: { ids: chunk.map(({ id }) => id) },
      expectedVersions: chunk.map(({ version }) => version),
    };
    const { data, error } = await client.mutation(MembersBulkUpdateDocument, { input }).toPromise();
    const results = new Map(data?.membersBulkUpdate?.results.map((result) => [result.memberId, result]));
    const failed = error === undefined ? null : messageOf(error);
    for (const target of chunk) {
      const result = results.get(target.id);
      const refusal = result?.refusal?.message ?? (result === undefined ? (failed ?? '') : null);
      verdicts.push({ target, changed: result?.changed ?? false, refusal });
    }
    report(verdicts.length, targets.length);
  }
  return verdicts;
}

/**
 * Adds removed people again, with the access from before.
 * @returns a line for each person who could not be added
 */
export async function addAllAgain(
  client: Client,
  workspaceId: string,
  removed: readonly BulkTarget[],
  report: (done: number) => void,
): Promise<readonly string[]> {
  const refusals: string[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let target = removed[next++]; target !== undefined; target = removed[next++]) {
      const refusal = await addAgain(client, workspaceId, target);
      if (refusal !== null) refusals.push(`${target.userName}: ${refusal}`);
      done += 1;
      report(done);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return refusals;
}
