import { expect } from 'vitest';
import type { WorkspaceVersion } from '../../src/domain/access.js';
import { startTestApp, type TestApp, type TestAppOptions } from '../app.js';
import { done } from '../http/graphql/operations.js';
import { testEnvironment } from '../http/sso/setting.js';
import { type Answer, neutral } from './answers.js';
import type { Sources } from './arguments.js';
import { absent, checksum, KINDS, type Kind, namesOf } from './rows.js';
import { type Tenant, tenant } from './tenant.js';

/** One of two callers who do the same: one names things of another workspace, the other things that do not exist. */
export interface Caller {
  readonly tenant: Tenant;
  readonly sources: Sources;
}

/**
 * A workspace B, and two workspaces that were made alike: what the first one's callers do with names of B, the second
 * one's do with names of nothing. Nothing may differ, and nothing of B may change.
 */
export interface Pair {
  readonly app: TestApp;
  readonly victim: Tenant;
  readonly spy: Caller;
  readonly control: Caller;
  /** What an answer to one of the two callers says, in names that do not tell them apart. */
  neutral(sources: Sources, answer: Answer): Answer;
  /** Fails unless both answers say the same. @param told what the spy named */
  expectAlike(label: string, answers: readonly [Answer, Answer], told?: Sources): void;
  /** Fails when a row of B is not what it was when the pair was made. */
  expectUntouched(): Promise<void>;
  stop(): Promise<void>;
}

const MARKS = { victim: 'bravo', spy: 'alphy', control: 'alphz' } as const;

/**
 * Makes three workspaces of a version, on a server of their own.
 * @param sharing the addresses of admins of B who may be members of the others too
 */
export async function pairOf(
  version: WorkspaceVersion,
  { sharing = [], ...options }: TestAppOptions & { readonly sharing?: readonly string[] } = {},
): Promise<Pair> {
  const app = await startTestApp({ sso: testEnvironment(), ...options });
  const victim = await tenant(app, version, MARKS.victim);
  for (const userName of sharing) {
    const access = { roleAccess: { role: 'ADMIN' } };
    await done(app, app.operatorToken, 'memberAdd', { workspaceId: victim.workspaceId, userName, access });
    await app.providerSession(userName, victim.workspaceId);
  }
  const spying = await tenant(app, version, MARKS.spy);
  const controlling = await tenant(app, version, MARKS.control);
  const names = await namesOf(app, victim.workspaceId);
  const nothing = Object.fromEntries(
    KINDS.map((kind) => [kind, absent(names[kind], MARKS.victim)]),
  ) as Record<Kind, string>;
  const spy = { tenant: spying, sources: { own: await namesOf(app, spying.workspaceId), other: names } };
  const control = {
    tenant: controlling,
    sources: { own: await namesOf(app, controlling.workspaceId), other: nothing },
  };
  const before = await checksum(app, victim.workspaceId);
  const clean = ({ own, other }: Sources, answer: Answer) =>
    neutral(
      answer,
      [
        ['own', own],
        ['other', other],
      ],
      [
        [MARKS.spy, 'own'],
        [MARKS.control, 'own'],
        [MARKS.victim, 'other'],
        [absent(MARKS.victim, MARKS.victim), 'other'],
      ],
    );
  return {
    app,
    victim,
    spy,
    control,
    neutral: clean,
    expectAlike: (label, [told, untold], sources = spy.sources) =>
      expect({ label, ...clean(sources, told) }).toEqual({ label, ...clean(control.sources, untold) }),
    expectUntouched: async () => expect(await checksum(app, victim.workspaceId)).toEqual(before),
    stop: () => app.stop(),
  };
}
