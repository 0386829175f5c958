import type { WorkspaceVersion } from '../../../../src/domain/access.js';
import type { TestApp, TestWorkspace } from '../../../app.js';
import { done, roleAccess, seatAccess, type TestPerson } from '../operations.js';

/** A workspace with enough in it to fill every screen. */
export interface Populated extends TestWorkspace {
  readonly version: WorkspaceVersion;
  readonly admin: TestPerson;
  /** The callers who may see everything, by credential. */
  readonly credentials: Readonly<Record<'owner' | 'admin' | 'operator', string>>;
  /** Everybody but owner and admin, in the order in which they were added. */
  readonly memberIds: readonly string[];
}

/** Beside owner and admin: more than a page of a hundred. */
export const PEOPLE = 120;

/** The members of each group, by number: the first, and the one after the last. */
export const BUILDERS = [0, 40] as const;
export const EVERYBODY = [20, 110] as const;

/** The monthly pool of a V2 workspace. */
export const POOL = 5000;

/** The credits that people of a V2 workspace have used, by number; the first person has reached the limit. */
export const CONSUMPTIONS = [
  { number: 0, amount: 50 },
  { number: 2, amount: 7 },
  { number: 2, amount: 5 },
] as const;

/** The credits used by all people, or by one. */
export function usedBy(number?: number): number {
  return CONSUMPTIONS.filter((consumption) => number === undefined || consumption.number === number).reduce(
    (sum, { amount }) => sum + amount,
    0,
  );
}

/** The expected member for one of the people of `populated`. */
export function personNumber(number: number, version: WorkspaceVersion) {
  const within = ([from, to]: readonly [number, number]) => number >= from && number < to;
  const isV1 = version === 'V1';
  const isGiven = number % 4 === 0;
  const active = number % 10 !== 1;
  const isGranted = !isGiven && within(BUILDERS);
  const access = isV1
    ? seatAccess(isGiven ? 'PRO' : isGranted ? 'STARTER' : null)
    : isGiven
      ? roleAccess('EDITOR', 50)
      : roleAccess(isGranted ? 'EDITOR' : 'VIEWER');
  const role = isV1 ? 'MEMBER' : isGiven || isGranted ? 'EDITOR' : 'VIEWER';
  return {
    userName: `p${number}@${version.toLowerCase()}.test`,
    displayName: `Person ${number}`,
    active,
    isGiven,
    role: active ? role : null,
    access: active ? access : null,
    memberships: number % 3 === 0 ? 2 : 1,
    groups: [...(within(BUILDERS) ? ['Builders'] : []), ...(within(EVERYBODY) ? ['Everybody'] : [])],
    lastAction: !active ? 'member.remove' : isGranted || number === 5 ? 'member.update' : 'member.add',
  };
}

/**
 * Fills a workspace: of the people every third has left and come back, every tenth is away, every fourth was given
 * access by name; two groups that overlap, one of which grants; three keys; on V2, credits that were used; three
 * invitations: by mail, as a link, and one that was revoked.
 */
export async function populated(app: TestApp, version: WorkspaceVersion): Promise<Populated> {
  const isV1 = version === 'V1';
  const workspace = await app.workspace({
    version,
    ...(isV1 ? { seats: { pro: 40, builder: 5, starter: 60 } } : { credits: POOL }),
  });
  const { workspaceId, ownerEmail } = workspace;
  const does = (name: Parameters<typeof done>[2], input: object) =>
    done(app, app.operatorToken, name, { workspaceId, ...input });
  const domain = `${version.toLowerCase()}.test`;
  const email = `admin@${domain}`;
  const access = isV1
    ? { seatAccess: { role: 'ADMIN' } }
    : { roleAccess: { role: 'ADMIN', creditLimit: 900 } };
  const { member: admin } = await does('memberAdd', { userName: email, access });

  const given = isV1
    ? { seatAccess: { seatType: 'PRO' } }
    : { roleAccess: { role: 'EDITOR', creditLimit: 50 } };
  const memberIds: string[] = [];
  for (let index = 0; index < PEOPLE; index += 1) {
    const person = {
      userName: `p${index}@${domain}`,
      profile: { displayName: `Person ${index}`, emails: [{ value: `p${index}@${domain}`, primary: true }] },
      ...(index % 4 === 0 ? { access: given } : {}),
    };
    const { member } = await does('memberAdd', person);
    memberIds.push(member.id);
    if (index % 3 === 0) {
      await does('memberRemove', { memberId: member.id });
      await does('memberAdd', person);
    }
    if (index % 10 === 1) await does('memberRemove', { memberId: member.id });
  }
  const group = await does('groupCreate', {
    displayName: 'Builders',
    memberIds: memberIds.slice(...BUILDERS),
  });
  await does('groupSetGrant', {
    groupId: group.group.id,
    grant: isV1 ? { seatType: 'STARTER' } : { role: 'EDITOR' },
  });
  await does('groupCreate', {
    displayName: 'Everybody',
    externalId: 'okta-1',
    memberIds: memberIds.slice(...EVERYBODY),
  });
  await does('memberUpdate', { memberId: memberIds[5], externalId: 'ext-5' });
  if (!isV1) {
    for (const { number, amount } of CONSUMPTIONS) {
      await does('creditsConsume', {
        memberId: memberIds[number],
        amount,
        idempotencyKey: `run of ${amount}`,
      });
    }
  }
  await does('invitationCreate', { email: `guest@${domain}`, access: given });
  await does('invitationLinkCreate', { maxUses: 3 });
  const revoked = await does('invitationCreate', { email: `nobody@${domain}` });
  await does('invitationRevoke', { invitationId: revoked.invitation.id });
  await app.key(workspaceId, ['AUDIT_READ']);
  await app.key(workspaceId, ['MEMBERS_READ', 'MEMBERS_WRITE']);
  const credentials = {
    owner: await app.session(ownerEmail),
    admin: await app.session(email),
    operator: app.operatorToken,
  };
  const person = { memberId: admin.id, email, token: credentials.admin };
  return { ...workspace, version, admin: person, credentials, memberIds };
}
