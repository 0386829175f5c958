import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { auditSize, done, expectSeatsToAddUp, mutate, nextAddress, refusals, refused } from './operations.js';

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V1', seats: { builder: 1, pro: 2 } });
  workspaceId = workspace.workspaceId;
});

/** Rule 11, after every scenario. */
afterEach(async () => {
  await expectSeatsToAddUp(app, workspaceId);
});

function holding(seatType: string | null): object {
  return { access: { seatAccess: { seatType } } };
}

async function added(seatType: string | null): Promise<string> {
  const input = { workspaceId, userName: nextAddress(), ...holding(seatType) };
  return (await done(app, app.operatorToken, 'memberAdd', input)).member.id;
}

async function seats(): Promise<unknown> {
  const query = `query ($id: ID!) {
    workspace(id: $id) {
      seats { seatType total used available }
      memberCounts { active byRole { role count } bySeatType { seatType count } }
    }
  }`;
  const answer = await app.graphql(app.operatorToken, query, { id: workspaceId });
  expect(answer).toEqual({ data: { workspace: expect.anything() } });
  return answer.data.workspace;
}

describe('rule 8', () => {
  test('of concurrent requests for one free seat, exactly one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        mutate(app, app.operatorToken, 'memberAdd', {
          workspaceId,
          userName: nextAddress(),
          ...holding('BUILDER'),
        }),
      ),
    );
    const refusal = refusals.noSeat('memberAdd', 'BUILDER', 1, 1);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors !== undefined))
      expect(answer).toEqual(refusal);
    expect(await seats()).toEqual({
      seats: [
        { seatType: 'BUILDER', total: 1, used: 1, available: 0 },
        { seatType: 'PRO', total: 2, used: 0, available: 2 },
      ],
      memberCounts: {
        active: 2,
        byRole: [
          { role: 'MEMBER', count: 1 },
          { role: 'OWNER', count: 1 },
        ],
        bySeatType: [
          { seatType: 'BUILDER', count: 1 },
          { seatType: null, count: 1 },
        ],
      },
    });
  });

  test('of members who change to the last seat at once, one succeeds', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => added(null)));
    const answers = await Promise.all(
      ids.map((memberId) =>
        mutate(app, app.operatorToken, 'memberSetAccess', { workspaceId, memberId, ...holding('BUILDER') }),
      ),
    );
    const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done').toSorted();
    expect(codes).toEqual(['SEAT_UNAVAILABLE', 'SEAT_UNAVAILABLE', 'SEAT_UNAVAILABLE', 'done']);
  });
});

describe('rule 9', () => {
  test('changing the type takes the new seat and frees the old one', async () => {
    const memberId = await added('BUILDER');
    await done(app, app.operatorToken, 'memberSetAccess', { workspaceId, memberId, ...holding('PRO') });
    expect(await seats()).toMatchObject({
      seats: [
        { seatType: 'BUILDER', used: 0 },
        { seatType: 'PRO', used: 1 },
      ],
    });
  });

  test('without a free new seat, the old one stays', async () => {
    await added('BUILDER');
    const memberId = await added('PRO');
    const input = { workspaceId, memberId, ...holding('BUILDER') };
    expect(await mutate(app, app.operatorToken, 'memberSetAccess', input)).toEqual(
      refusals.noSeat('memberSetAccess', 'BUILDER', 1, 1),
    );
    expect(await seats()).toMatchObject({
      seats: [
        { seatType: 'BUILDER', used: 1 },
        { seatType: 'PRO', used: 1 },
      ],
    });
  });

  test('members who exchange types at once do not deadlock', async () => {
    await done(app, app.operatorToken, 'seatsSet', {
      workspaceId,
      seats: [{ seatType: 'BUILDER', total: 20 }],
    });
    await done(app, app.operatorToken, 'seatsSet', { workspaceId, seats: [{ seatType: 'PRO', total: 20 }] });
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) => added(index % 2 === 0 ? 'BUILDER' : 'PRO')),
    );
    const answers = await Promise.all(
      ids.map((memberId, index) =>
        mutate(app, app.operatorToken, 'memberSetAccess', {
          workspaceId,
          memberId,
          ...holding(index % 2 === 0 ? 'PRO' : 'BUILDER'),
        }),
      ),
    );
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });
});

describe('rule 10: the default seat type', () => {
  test('goes to members who are added without one, while there are any', async () => {
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, defaultSeatType: 'BUILDER' });
    const first = await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: nextAddress() });
    expect(first.member.access).toEqual({ __typename: 'SeatAccess', seatType: 'BUILDER' });
    expect(
      await mutate(app, app.operatorToken, 'memberAdd', { workspaceId, userName: nextAddress() }),
    ).toEqual(refusals.noSeat('memberAdd', 'BUILDER', 1, 1));
    const without = { workspaceId, userName: nextAddress(), ...holding(null) };
    const second = await done(app, app.operatorToken, 'memberAdd', without);
    expect(second.member.access).toEqual({ __typename: 'SeatAccess', seatType: null });
  });
});

describe('seatsSet', () => {
  test('buys more seats, also of a new type', async () => {
    expect(
      await mutate(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'BUILDER', total: 7 }],
      }),
    ).toEqual({
      data: {
        seatsSet: {
          workspace: {
            seats: expect.arrayContaining([{ seatType: 'BUILDER', total: 7, used: 0, available: 7 }]),
          },
        },
      },
    });
    expect(
      await mutate(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'ELITE_2', total: 1 }],
      }),
    ).toEqual({
      data: {
        seatsSet: {
          workspace: {
            seats: expect.arrayContaining([{ seatType: 'ELITE_2', total: 1, used: 0, available: 1 }]),
          },
        },
      },
    });
    await added('ELITE_2');
  });

  test('refuses fewer seats than are taken', async () => {
    await added('PRO');
    await added('PRO');
    expect(
      await mutate(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'PRO', total: 1 }],
      }),
    ).toEqual(
      refused('seatsSet', 'INVALID_INPUT', '2 pro seats are taken.', {
        attribute: 'seats',
        hint: 'Take seats from members first, or keep at least as many as are taken.',
        seat: { seatType: 'PRO', total: 2, used: 2 },
      }),
    );
    expect(
      await mutate(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'PRO', total: 2 }],
      }),
    ).toEqual({
      data: {
        seatsSet: {
          workspace: {
            seats: expect.arrayContaining([{ seatType: 'PRO', total: 2, used: 2, available: 0 }]),
          },
        },
      },
    });
  });

  test('rule 21: the same total again writes no audit entry', async () => {
    const entries = await auditSize(app, workspaceId);
    await done(app, app.operatorToken, 'seatsSet', { workspaceId, seats: [{ seatType: 'PRO', total: 2 }] });
    expect(await auditSize(app, workspaceId)).toBe(entries);
  });

  test('a negative total is refused', async () => {
    expect(
      await mutate(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'PRO', total: -1 }],
      }),
    ).toEqual(refused('seatsSet', 'INVALID_INPUT', 'total cannot be negative.', { attribute: 'seats' }));
  });

  test('rule 1: a V2 workspace has no seats', async () => {
    const v2 = await app.workspace({ version: 'V2' });
    const input = { workspaceId: v2.workspaceId, seats: [{ seatType: 'PRO', total: 1 }] };
    expect(await mutate(app, app.operatorToken, 'seatsSet', input)).toEqual(
      refused('seatsSet', 'WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.', {
        attribute: 'seats',
      }),
    );
    const query =
      'query ($id: ID!) { workspace(id: $id) { seats { total } memberCounts { bySeatType { count } } } }';
    expect(await app.graphql(app.operatorToken, query, { id: v2.workspaceId })).toEqual({
      data: { workspace: { seats: [], memberCounts: { bySeatType: [] } } },
    });
  });
});
