import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import type { Arena, Contender } from './contenders.ts';
import { pgOptions } from './database.ts';
import { activation, newUser, PATCH_OP } from './operations.ts';
import { median } from './rounds.ts';
import { table } from './table.ts';

/** Large groups and bulk requests: their times, where requests per second would say little. */

const ROUNDS = 3;
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SET_GRANT = `
  mutation SetGrant($input: GroupSetGrantInput!) { groupSetGrant(input: $input) { changedMembers { totalCount } } }`;

/** The number of members that the workspace must have. */
const LARGEST = 10_000;

/**
 * Measures the changes of groups of thousands of members, and a bulk request beside single ones.
 * @returns whether all answers were right
 */
export async function measureGroups(
  { servers: [server] }: Contender,
  { target, members, seeded: { workspaceId, apiKey, ownerToken } }: Arena,
): Promise<boolean> {
  if (members <= LARGEST) throw new RangeError(`--groups takes --members over ${LARGEST}`);
  const ids = await memberIds(target);
  const base = `${server.url}/scim/v2/organizations/${workspaceId}`;
  const rows: string[][] = [];
  let isRight = true;

  /** @returns the text of the answer: parsing thousands of members is no part of what is measured */
  async function send(method: string, path: string, body: object): Promise<string> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 300) {
      isRight = false;
      console.log(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    }
    return text;
  }
  const listed = (count: number) => ids.slice(0, count).map((value) => ({ value }));
  const group = (count: number) => ({
    schemas: [GROUP],
    displayName: `Group ${Math.random()}`,
    members: listed(count),
  });
  const make = async (count: number): Promise<{ readonly id: string }> =>
    JSON.parse(await send('POST', '/Groups', group(count)));
  const patch = (id: string, op: string, values: readonly object[]) =>
    send('PATCH', `/Groups/${id}`, {
      schemas: [PATCH_OP],
      Operations: [{ op, path: 'members', value: values }],
    });
  async function measure<Made>(
    name: string,
    prepare: () => Promise<Made>,
    act: (made: Made) => Promise<unknown>,
  ) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const made = await prepare();
      const began = performance.now();
      await act(made);
      times.push(performance.now() - began);
    }
    rows.push([name, median(times).toFixed(0)]);
  }
  const nothing = async () => undefined;

  await measure('POST of 10,000', nothing, () => send('POST', '/Groups', group(10_000)));
  await measure(
    'PUT of 10,000',
    () => make(0),
    ({ id }) => send('PUT', `/Groups/${id}`, group(10_000)),
  );
  await measure(
    'PATCH that adds 5,000',
    () => make(0),
    ({ id }) => patch(id, 'add', listed(5_000)),
  );
  await measure(
    'PATCH that adds one to 5,000',
    () => make(5_000),
    ({ id }) => patch(id, 'add', [{ value: ids[5_001] }]),
  );
  await measure(
    '20 PATCHes of a group of 5,000 at once',
    () => make(5_000),
    ({ id }) =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) => patch(id, 'add', [{ value: ids[6_000 + index] }])),
      ),
  );
  await measure(
    'a grant to 4,000',
    () => make(4_000),
    async ({ id: groupId }) => {
      const input = { workspaceId, groupId, grant: { role: 'VIEWER' } };
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${ownerToken}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query: SET_GRANT, variables: { input } }),
      });
      const { errors }: { readonly errors?: unknown } = JSON.parse(await response.text());
      if (errors === undefined) return;
      isRight = false;
      console.log(JSON.stringify(errors).slice(0, 300));
    },
  );
  let made = 0;
  const users = () =>
    Array.from({ length: 1_000 }, () => {
      made += 1;
      return JSON.parse(newUser(`bulk${made}@acme.test`));
    });
  await measure('Bulk that adds 1,000', nothing, () =>
    send('POST', '/Bulk', {
      schemas: [BULK_REQUEST],
      Operations: users().map((data, index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${index}`,
        data,
      })),
    }),
  );
  await measure('1,000 POSTs, one after the other', nothing, async () => {
    for (const user of users()) await send('POST', '/Users', user);
  });
  const active = ids.slice(0, 1_000);
  for (const isActive of [false, true])
    await measure(`Bulk that ${isActive ? 'activates' : 'deactivates'} 1,000`, nothing, () =>
      send('POST', '/Bulk', {
        schemas: [BULK_REQUEST],
        Operations: active.map((id) => ({
          method: 'PATCH',
          path: `/Users/${id}`,
          data: JSON.parse(activation(isActive)),
        })),
      }),
    );
  console.log(table(['change', 'ms'], rows));
  return isRight;
}

/** Active members who are no owners, without groups. */
async function memberIds(target: DatabaseTarget): Promise<string[]> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      "select m.id from member m join membership s on s.member_id = m.id and s.ended_at is null where s.role <> 'OWNER' order by random()",
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
