import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findLookAlikes, type Named } from '../rows/look-alikes.js';
import { findMember, type MemberRow } from '../rows/members.js';

/**
 * Another active member for each person, whose userName looks the same but has other characters: a warning for the
 * person who adds or invites, since one of the two may be an impostor.
 * @returns in the order of the people; null where there is none
 * @throws DomainError as `authorize` does
 */
export async function lookAlikesOf(
  context: ServiceContext,
  people: readonly Named[],
): Promise<(MemberRow | null)[]> {
  const workspaceIds = new Set(people.map(({ workspaceId }) => workspaceId));
  for (const workspaceId of workspaceIds) await authorize(context, 'member.read', workspaceId);
  const found = await findLookAlikes(context.reads, people);
  return Promise.all(
    people.map(async ({ workspaceId }, index) => {
      const memberId = found[index]?.memberId;
      if (memberId === undefined) return null;
      return (await findMember(context.pipelined, workspaceId, memberId)) ?? null;
    }),
  );
}
