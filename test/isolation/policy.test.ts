import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isLeafType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Action, POLICY } from '../../src/auth/policy.js';
import { ROLES, type Role, WORKSPACE_VERSIONS, type WorkspaceVersion } from '../../src/domain/access.js';
import { API_KEY_SCOPES, type ApiKeyScope } from '../../src/model/enums.js';
import { type GraphqlAnswer, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, nextAddress } from '../http/graphql/operations.js';
import { testEnvironment } from '../http/sso/setting.js';
import { type Door, TABLE, WITHOUT_PERMISSION } from './policy-table.js';

/** Who may do what, asked at the doors and not of policy.ts: every role and every scope, against every action. */

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const ROLES_OF: Readonly<Record<WorkspaceVersion, readonly Role[]>> = {
  V1: ['OWNER', 'ADMIN', 'MEMBER'],
  V2: ['OWNER', 'ADMIN', 'EDITOR', 'VIEWER', 'GUEST'],
};

interface Caller {
  readonly token: string;
  readonly memberId: string | null;
}

interface Scene {
  readonly workspace: TestWorkspace;
  readonly people: ReadonlyMap<Role, Caller>;
  readonly keys: ReadonlyMap<ApiKeyScope, Caller>;
  /** Somebody whom everybody else asks about. */
  readonly other: string;
}

let app: TestApp;
const scenes = new Map<WorkspaceVersion, Scene>();

beforeAll(async () => {
  app = await startTestApp({ sso: testEnvironment() });
  for (const version of WORKSPACE_VERSIONS) scenes.set(version, await sceneOf(version));
});

afterAll(() => app.stop());

async function sceneOf(version: WorkspaceVersion): Promise<Scene> {
  const workspace = await app.workspace({ version, ...(version === 'V1' ? {} : { credits: 100 }) });
  const { workspaceId, ownerMemberId, ownerEmail } = workspace;
  const added = async (access?: object) => {
    const userName = nextAddress();
    const input = { workspaceId, userName, ...(access === undefined ? {} : { access }) };
    const { member } = await done(app, app.operatorToken, 'memberAdd', input);
    return { userName, memberId: member.id as string };
  };
  const people = new Map<Role, Caller>();
  for (const role of ROLES_OF[version]) {
    if (role === 'OWNER') {
      people.set(role, { token: await app.session(ownerEmail), memberId: ownerMemberId });
      continue;
    }
    const access =
      version === 'V1'
        ? { seatAccess: { role } }
        : { roleAccess: { role: role === 'GUEST' ? 'VIEWER' : role } };
    const { userName, memberId } = await added(access);
    // No door makes guests any more (rule 3).
    if (role === 'GUEST')
      await app.sql("update membership set role = 'GUEST' where member_id = $1", [memberId]);
    people.set(role, { token: await app.session(userName), memberId });
  }
  const keys = new Map<ApiKeyScope, Caller>();
  for (const scope of API_KEY_SCOPES)
    keys.set(scope, { token: await app.key(workspaceId, [scope]), memberId: null });
  return { workspace, people, keys, other: (await added()).memberId };
}

function sceneFor(version: WorkspaceVersion): Scene {
  const scene = scenes.get(version);
  if (scene === undefined) throw new Error(`there is no scene of ${version}`);
  return scene;
}

/** Whether the caller is let in. What happens then (nothing is found, a value is refused) is another matter. */
async function isLetIn(
  door: Door,
  { workspace, other }: Scene,
  { token, memberId }: Caller,
): Promise<boolean> {
  const { workspaceId } = workspace;
  if ('path' in door) {
    const url = `${app.url}/exports/workspaces/${workspaceId}/${door.path}`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    await response.text();
    return response.status !== 403;
  }
  const named = (text: string) => text.replaceAll('OTHER', other).replaceAll('SELF', memberId ?? other);
  if ('mutation' in door) {
    const field = SCHEMA.getMutationType()?.getFields()[door.mutation];
    const [argument] = field?.args ?? [];
    if (field === undefined || argument === undefined)
      throw new Error(`there is no mutation ${door.mutation}`);
    const needsWorkspace = /workspaceId/.test(Object.keys(inputFields(String(argument.type))).join());
    const input = {
      ...(needsWorkspace ? { workspaceId } : {}),
      ...JSON.parse(named(JSON.stringify(door.input))),
    };
    const query = `mutation ($input: ${argument.type}) { ${door.mutation}(input: $input) { ${leafOf(field.type.toString())} } }`;
    return !isRefused(await app.graphql(token, query, { input }));
  }
  const isRoot = /^\w+\(workspaceId/.test(door.graphql);
  const fields = named(door.graphql);
  const query = `query ($id: ID!) { ${isRoot ? fields : `workspace(id: $id) { ${fields} }`} }`;
  const answer = await app.graphql(token, query, { id: workspaceId });
  // Some fields are null for those who may not read them.
  return !isRefused(answer) && !JSON.stringify(answer.data).includes('null');
}

function inputFields(type: string): object {
  const input = SCHEMA.getType(type.replaceAll(/[[\]!]/g, ''));
  return input !== undefined && 'getFields' in input ? input.getFields() : {};
}

/** A field of the payload to select. */
function leafOf(type: string): string {
  const payload = SCHEMA.getType(type.replaceAll('!', ''));
  if (payload === undefined || !('getFields' in payload)) throw new Error(`${type} has no fields`);
  const fields = Object.values(payload.getFields());
  return fields.find((field) => isLeafType(getNamedType(field.type)))?.name ?? '__typename';
}

function isRefused({ errors = [] }: GraphqlAnswer): boolean {
  const codes = errors.map(({ extensions }) => extensions.code);
  if (
    codes.includes('UNAUTHENTICATED') ||
    codes.includes('INTERNAL_SERVER_ERROR') ||
    codes.includes('GRAPHQL_VALIDATION_FAILED') ||
    codes.includes('BAD_USER_INPUT')
  )
    throw new Error(`the request tells nothing about permissions: ${JSON.stringify(errors)}`);
  return codes.includes('FORBIDDEN');
}

const nameOf = (door: Door) =>
  'path' in door ? door.path : 'mutation' in door ? door.mutation : door.graphql;

const DOORS = Object.entries(TABLE).flatMap(([action, { doors }]) =>
  doors.map((door) => ({ action: action as Action, name: nameOf(door), door })),
);

describe('every action of the policy', () => {
  test.each(DOORS)('$action: $name', async ({ action, door }) => {
    const { people, scopes, version = 'V2' } = TABLE[action];
    const scene = sceneFor(version);
    const letIn = async <Name>(callers: Iterable<[Name, Caller]>) => {
      const names: Name[] = [];
      for (const [name, caller] of callers) if (await isLetIn(door, scene, caller)) names.push(name);
      return names.join(' ');
    };
    const here = people.split(' ').filter((role) => ROLES_OF[version].some((known) => known === role));
    expect(await letIn(scene.people)).toBe(here.join(' '));
    if (scopes !== null) expect(await letIn(scene.keys)).toBe(scopes);
    // A member of whom operators are asked as themselves does not exist.
    const operator = { token: app.operatorToken, memberId: null };
    if (action !== 'member.readSelf') expect(await isLetIn(door, scene, operator)).toBe(true);
  });

  test('has a row in test/isolation/policy-table.ts with the requests that need it', () => {
    const without = Object.keys(POLICY).filter((action) => TABLE[action as Action].doors.length === 0);
    expect(without).toEqual(['secrets.rotate']);
  });
});

test('every mutation is in a row of test/isolation/policy-table.ts, or in WITHOUT_PERMISSION', () => {
  const listed = new Set([
    ...DOORS.flatMap(({ door }) => ('mutation' in door ? [door.mutation] : [])),
    ...WITHOUT_PERMISSION,
  ]);
  const mutations = Object.keys(SCHEMA.getMutationType()?.getFields() ?? {});
  expect(mutations.filter((name) => !listed.has(name))).toEqual([]);
});

test('only people end sessions of their own', async () => {
  const { people, keys } = sceneFor('V2');
  const query =
    'mutation { sessionEnd(input: { sessionId: "01890000-0000-7000-8000-000000000000" }) { sessionId } }';
  for (const { token } of keys.values()) expect(isRefused(await app.graphql(token, query))).toBe(true);
  for (const { token } of people.values()) expect(isRefused(await app.graphql(token, query))).toBe(false);
});

describe('the SCIM door', () => {
  test('is open to keys with the scope SCIM, and shut to all other keys and to people', async () => {
    for (const version of WORKSPACE_VERSIONS) {
      const { workspace, people, keys } = sceneFor(version);
      const statusOf = async ({ token }: Caller) =>
        (await app.scim(workspace.workspaceId, token).get('/Users')).status;
      for (const [scope, caller] of keys)
        expect([scope, await statusOf(caller)]).toEqual([scope, scope === 'SCIM' ? 200 : 403]);
      for (const caller of people.values()) expect(await statusOf(caller)).toBe(401);
    }
  });

  test('every role of the platform has been asked', () => {
    const asked = new Set(WORKSPACE_VERSIONS.flatMap((version) => [...sceneFor(version).people.keys()]));
    expect(ROLES.filter((role) => !asked.has(role))).toEqual([]);
  });
});
