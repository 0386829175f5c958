import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ScimClient, scimClient, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { nextAddress } from '../http/graphql/operations.js';
import { create, type User } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Each of two processes remembers the members of groups, and shows what the other one has changed (rules 29, 30). */

let app: TestApp;
let workspace: TestWorkspace;
let here: ScimClient;
let there: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const { url } = await app.beside();
  workspace = await app.workspace({ version: 'V2', brake: false });
  here = app.scim(workspace.workspaceId, workspace.apiKey);
  there = scimClient(`${url}/scim/v2/organizations/${workspace.workspaceId}`, workspace.apiKey);
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

function people(count: number): Promise<User[]> {
  return Promise.all(Array.from({ length: count }, () => create(here, { userName: nextAddress() })));
}

const values = (users: readonly User[]) => users.map(({ id }) => ({ value: id }));
const patching = (op: string, users: readonly User[]) => ({
  Operations: [{ op, path: 'members', value: values(users) }],
});

/** The members as the database has them. */
function stored(groupId: string) {
  return app.sql<{ value: string; display: string }>(
    `select m.id as value, coalesce(m.profile->>'displayName', m.user_name) as display
     from group_member i join member m on m.id = i.member_id where i.group_id = $1 order by m.id`,
    [groupId],
  );
}

function shown({ body }: Awaited<ReturnType<ScimClient['get']>>) {
  return (body.members ?? []).map(({ value, display }: { value: string; display: string }) => ({
    value,
    display,
  }));
}

test('after each change by the other process', async () => {
  const displayName = nextAddress();
  const [ann, bob, cem, dora] = await people(4);
  if (ann === undefined || bob === undefined || cem === undefined || dora === undefined) throw new Error();
  const { body: made } = await here.post('/Groups', { displayName, members: values([ann, bob]) });
  const path = `/Groups/${made.id}`;
  const changes = [
    () => there.patch(path, patching('add', [cem, dora])),
    () => there.patch(path, patching('remove', [ann])),
    () => there.put(path, { displayName, members: values([ann, dora]) }),
    () => there.patch(path, { Operations: [{ op: 'replace', value: { displayName: nextAddress() } }] }),
    () =>
      there.patch(`/Users/${ann.id}`, { Operations: [{ op: 'replace', path: 'displayName', value: 'Ann' }] }),
    () =>
      there.patch(`/Users/${dora.id}`, { Operations: [{ op: 'replace', value: { userName: 'd@a.test' } }] }),
    () => there.delete(`/Users/${ann.id}`),
    () => here.patch(path, patching('add', [bob])),
  ];
  for (const change of changes) {
    expect((await change()).status).toBeLessThan(300);
    for (const process of [here, there])
      expect(shown(await process.get(path))).toEqual(await stored(made.id));
    // The next change is made by whoever remembers the version before.
    const nobody = await here.patch(path, patching('add', [bob]));
    expect(shown(nobody)).toEqual(await stored(made.id));
  }
});

test('after changes by both at once', async () => {
  const users = await people(24);
  const [leaving, joining] = [users.slice(0, 12), users.slice(12)];
  const { body: made } = await here.post('/Groups', { displayName: nextAddress(), members: values(leaving) });
  const path = `/Groups/${made.id}`;
  await Promise.all([
    ...joining.map((user, index) => (index % 2 === 0 ? here : there).patch(path, patching('add', [user]))),
    ...leaving.map((user, index) => (index % 2 === 0 ? there : here).patch(path, patching('remove', [user]))),
  ]);
  for (const process of [here, there]) expect(shown(await process.get(path))).toEqual(await stored(made.id));
});

test('a PATCH answers with the members in the order of their ids, as GET does', async () => {
  const users = await people(6);
  const [first, second] = [users.filter((_, index) => index % 2 === 0), users.filter((_, i) => i % 2 === 1)];
  const { body: made } = await here.post('/Groups', { displayName: nextAddress(), members: values(first) });
  const patched = await here.patch(`/Groups/${made.id}`, patching('add', second.toReversed()));
  expect(shown(patched)).toEqual(await stored(made.id));
});
