import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { errorAt, mutate, nextAddress, REQUEST_ID } from './operations.js';

/**
 * Spec graphql, "Conventions": refusals are returned in full, coercion failures are INVALID_INPUT, the rest is masked.
 */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

function invalid(place: string, hint?: string): object {
  const path = place.split('.');
  return {
    errors: [
      {
        message: expect.any(String),
        locations: [{ line: 1, column: expect.any(Number) }],
        extensions: {
          code: 'INVALID_INPUT',
          ...(hint === undefined ? {} : { hint }),
          path,
          requestId: REQUEST_ID,
        },
      },
    ],
  };
}

const HINTS: Readonly<Record<string, string>> = {
  expiresAt: 'Send the form of RFC 3339, such as 2026-11-30T12:00:00Z or 2026-11-30T13:00:00+01:00.',
  month: 'Send a year and a month, such as 2026-11.',
};

describe('a value that cannot be coerced is INVALID_INPUT with the attribute', () => {
  const NOBODY = '01930000-0000-7000-8000-000000000000';

  test.each([0, -1, 1.5, 2_147_483_648, '5', '', null, true, [], {}])(
    'credit limit %j',
    async (creditLimit) => {
      const input = { workspaceId: workspace.workspaceId, memberId: NOBODY, creditLimit };
      expect(await mutate(app, app.operatorToken, 'memberSetCreditLimit', input)).toEqual(
        invalid('creditLimit'),
      );
    },
  );

  test.each<[object, string]>([
    [{ userName: 7 }, 'userName'],
    [{ userName: ['x'] }, 'userName'],
    [{ externalId: 7 }, 'externalId'],
    [{ profile: 'x' }, 'profile'],
    [{ shoeSize: 7 }, 'shoeSize'],
    [{ access: {} }, 'access'],
    [{ access: { seatAccess: {}, roleAccess: { role: 'ADMIN' } } }, 'access'],
    [{ access: { roleAccess: null } }, 'access.roleAccess'],
    [{ access: { roleAccess: {} } }, 'access.roleAccess.role'],
    [{ access: { roleAccess: { role: 'OWNER' } } }, 'access.roleAccess.role'],
    [{ access: { roleAccess: { role: 'GUEST' } } }, 'access.roleAccess.role'],
    [{ access: { roleAccess: { role: 'admin' } } }, 'access.roleAccess.role'],
    [{ access: { roleAccess: { role: 'ADMIN', creditLimit: 0 } } }, 'access.roleAccess.creditLimit'],
    [{ access: { roleAccess: { role: 'ADMIN', creditLimit: 1.5 } } }, 'access.roleAccess.creditLimit'],
    [{ access: { seatAccess: { seatType: 'THRONE' } } }, 'access.seatAccess.seatType'],
    [{ access: { seatAccess: { role: 'OWNER' } } }, 'access.seatAccess.role'],
  ])('memberAdd with %j', async (wrong, attribute) => {
    const input = { workspaceId: workspace.workspaceId, userName: nextAddress(), ...wrong };
    expect(await mutate(app, app.operatorToken, 'memberAdd', input)).toEqual(invalid(attribute));
  });

  test.each([
    [{ scopes: ['EVERYTHING'] }, 'scopes.0'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: null }, 'name'],
  ])('apiKeyCreate with %j', async (wrong, attribute) => {
    const input = { workspaceId: workspace.workspaceId, name: 'Okta', scopes: ['SCIM'], ...wrong };
    expect(await mutate(app, app.operatorToken, 'apiKeyCreate', input)).toEqual(
      invalid(attribute, HINTS[attribute]),
    );
  });

  test('a missing variable', async () => {
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    expect(await app.graphql(app.operatorToken, query)).toEqual(invalid('id'));
    expect(await app.graphql(app.operatorToken, query, { id: null })).toEqual(invalid('id'));
  });

  test('a null that is found only during execution', async () => {
    const query = 'query ($id: ID = "x") { workspace(id: $id) { id } }';
    // This also holds once the operation is compiled.
    for (let time = 0; time < 4; time += 1) {
      expect(await app.graphql(app.operatorToken, query, { id: null })).toEqual({
        data: { workspace: null },
        errors: [
          errorAt(['workspace'], 'INVALID_INPUT', expect.stringContaining('"id"'), { attribute: 'id' }),
        ],
      });
    }
  });

  test.each(['2026-13', '26-11', '2026-11-01', ''])('the month %j', async (month) => {
    const query =
      'query ($id: ID!, $month: YearMonth) { workspace(id: $id) { creditPool(month: $month) { total } } }';
    const variables = { id: workspace.workspaceId, month };
    expect(await app.graphql(app.operatorToken, query, variables)).toEqual(invalid('month', HINTS.month));
  });

  test('none of these requests wrote anything', async () => {
    expect(
      await app.sql('select 1 from member where workspace_id = $1', [workspace.workspaceId]),
    ).toHaveLength(1);
  });
});

test.each([
  [
    'mutation { memberSetCreditLimit(input: { workspaceId: "x", memberId: "y", creditLimit: 1.5 }) { changed } }',
    'creditLimit',
    'PositiveInt',
  ],
  [
    'mutation { memberAdd(input: { workspaceId: "x", userName: "y", access: { roleAccess: { role: BOSS } } }) { changed } }',
    'access.roleAccess.role',
    'BOSS',
  ],
  ['{ workspaces(first: "many") { nodes { id } } }', 'first', 'Int'],
])(
  'a literal that cannot be coerced is INVALID_INPUT with its path, like a variable: %s',
  async (query, place, text) => {
    const path = place.split('.');
    expect(await app.graphql(app.operatorToken, query)).toEqual({
      errors: [
        {
          message: expect.stringContaining(text),
          locations: [{ line: 1, column: expect.any(Number) }],
          extensions: { code: 'INVALID_INPUT', path, requestId: REQUEST_ID },
        },
      ],
    });
  },
);

test('a partial answer has null and an error with its path for what was refused, and all the rest', async () => {
  const reader = await app.key(workspace.workspaceId, ['MEMBERS_READ']);
  const query =
    'query ($id: ID!) { a: workspace(id: $id) { id } b: workspace(id: $id) { apiKeys { totalCount } } }';
  expect(await app.graphql(reader, query, { id: workspace.workspaceId })).toEqual({
    data: { a: { id: workspace.workspaceId }, b: { apiKeys: null } },
    errors: [
      errorAt(['b', 'apiKeys'], 'FORBIDDEN', 'You may not do this. It needs the role owner or admin.', {
        hint: 'No API key may do it, whatever its scopes.',
      }),
    ],
  });
});

describe('an unexpected error', () => {
  const MASKED = 'Something went wrong on our side. If it happens again, tell us the requestId.';

  test('is masked, in queries and mutations, with the id of the request; later requests work', async () => {
    const { workspaceId } = await app.workspace({ version: 'V1' });
    const query = 'query ($id: ID!) { workspace(id: $id) { seats { total } } }';
    await app.sql('alter table seat_allocation rename to broken');
    try {
      const read = await app.graphql(app.operatorToken, query, { id: workspaceId });
      expect(read).toEqual({
        data: { workspace: { seats: null } },
        errors: [errorAt(['workspace', 'seats'], 'INTERNAL_SERVER_ERROR', MASKED)],
      });
      const input = { workspaceId, seats: [{ seatType: 'PRO', total: 1 }] };
      const write = await mutate(app, app.operatorToken, 'seatsSet', input);
      expect(write).toEqual({
        data: { seatsSet: null },
        errors: [errorAt(['seatsSet'], 'INTERNAL_SERVER_ERROR', MASKED)],
      });
      expect(JSON.stringify([read, write])).not.toMatch(/relation|select|\.ts|\.js/);
    } finally {
      await app.sql('alter table broken rename to seat_allocation');
    }
    expect(await app.graphql(app.operatorToken, query, { id: workspaceId })).toEqual({
      data: { workspace: { seats: [] } },
    });
  });

  test('is masked before GraphQL begins too', async () => {
    await app.sql('alter table api_key rename to broken');
    try {
      const { secret } = { secret: `rollcall_key_0123456789abcdef_${'a'.repeat(43)}` };
      expect(await app.graphql(secret, '{ viewer { type } }')).toEqual({
        errors: [{ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: REQUEST_ID } }],
      });
    } finally {
      await app.sql('alter table broken rename to api_key');
    }
  });
});
