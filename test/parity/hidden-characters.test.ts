import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { CORE, PATCH_OP } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Rule 15a, case 4: no interface accepts a name with a character that cannot be seen, and each names the character. */

let app: TestApp;
let workspace: TestWorkspace;
/** An existing member and group. */
let memberId: string;
let groupId: string;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  memberId = (await scim().post('/Users', { schemas: [CORE], userName: nextAddress() })).body.id;
  groupId = (await scim().post('/Groups', { schemas: [GROUP], displayName: 'Sales' })).body.id;
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const scim = () => app.scim(workspace.workspaceId, workspace.apiKey);

type Answer = Readonly<{ status: number; body: Readonly<{ scimType?: string; detail?: string }> }>;

function scimRefusal({ status, body }: Answer): string {
  expect({ status, scimType: body.scimType }).toEqual({ status: 400, scimType: 'invalidValue' });
  return body.detail ?? '';
}

const patch = (path: string, attribute: string, value: unknown) =>
  scim().patch(path, { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: attribute, value }] });

async function bulk(path: string, data: object): Promise<string> {
  const Operations = [{ method: 'POST', path, bulkId: '1', data }];
  const { body } = await scim().post('/Bulk', { schemas: [BULK], Operations });
  const [{ status, response }] = body.Operations;
  return scimRefusal({ status: Number(status), body: response });
}

async function graphqlRefusal(name: Parameters<typeof mutate>[2], input: object): Promise<string> {
  const inWorkspace =
    name === 'sessionCreate' || name === 'workspaceCreate' ? {} : { workspaceId: workspace.workspaceId };
  const { errors } = await mutate(app, app.operatorToken, name, { ...inWorkspace, ...input });
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  return String(errors?.[0]?.message);
}

async function csvRefusal(csv: string): Promise<string> {
  const { workspaceId } = workspace;
  const { results } = await done(app, app.operatorToken, 'invitationsCreateFromCsv', { workspaceId, csv });
  // The other rows are invited.
  expect(results).toMatchObject([
    {
      row: 2,
      refusal: {
        code: 'INVALID_INPUT',
        hint: 'Save the file as UTF-8 (in Excel: "CSV UTF-8"). If the character is there then too, take it out.',
      },
    },
    { row: 3, refusal: null },
  ]);
  return results[0].refusal.message;
}

/** The attribute that each interface refuses, and how to send it. */
const DOORS: readonly (readonly [
  door: string,
  attribute: string,
  send: (text: string) => Promise<string>,
])[] = [
  ['SCIM POST', 'userName', async (text) => scimRefusal(await scim().post('/Users', { userName: text }))],
  [
    'SCIM POST of an e-mail',
    'emails',
    async (text) => scimRefusal(await scim().post('/Users', { userName: 'ann', emails: [{ value: text }] })),
  ],
  [
    'SCIM PUT',
    'userName',
    async (text) => scimRefusal(await scim().put(`/Users/${memberId}`, { userName: text })),
  ],
  [
    'SCIM PATCH',
    'userName',
    async (text) => scimRefusal(await patch(`/Users/${memberId}`, 'userName', text)),
  ],
  [
    'SCIM PATCH of an e-mail',
    'emails',
    async (text) => scimRefusal(await patch(`/Users/${memberId}`, 'emails', [{ value: text, type: 'home' }])),
  ],
  ['SCIM Bulk', 'userName', (text) => bulk('/Users', { userName: text })],
  ['GraphQL memberAdd', 'userName', (text) => graphqlRefusal('memberAdd', { userName: text })],
  [
    'GraphQL memberUpdate',
    'userName',
    (text) => graphqlRefusal('memberUpdate', { memberId, userName: text }),
  ],
  [
    'GraphQL memberUpdate of an e-mail',
    'emails',
    (text) => graphqlRefusal('memberUpdate', { memberId, profile: { emails: [{ value: text }] } }),
  ],
  [
    'GraphQL memberProvision CREATE',
    'userName',
    (text) => graphqlRefusal('memberProvision', { mode: 'CREATE', userName: text }),
  ],
  [
    'GraphQL memberProvision REPLACE',
    'userName',
    (text) => graphqlRefusal('memberProvision', { mode: 'REPLACE', memberId, userName: text }),
  ],
  [
    'GraphQL memberProvision PATCH',
    'userName',
    (text) => graphqlRefusal('memberProvision', { mode: 'PATCH', memberId, userName: text }),
  ],
  ['GraphQL invitationCreate', 'email', (text) => graphqlRefusal('invitationCreate', { email: text })],
  ['CSV invitations', 'email', (text) => csvRefusal(`email\n${text}\n${nextAddress()}`)],
  [
    'GraphQL sessionCreate',
    'email',
    (text) => graphqlRefusal('sessionCreate', { email: text, createAccount: true }),
  ],
  [
    'GraphQL workspaceCreate',
    'ownerEmail',
    (text) => graphqlRefusal('workspaceCreate', { name: 'A', accessModel: 'V2', ownerEmail: text }),
  ],
  [
    'SCIM POST of a group',
    'displayName',
    async (text) => scimRefusal(await scim().post('/Groups', { displayName: text })),
  ],
  [
    'SCIM PUT of a group',
    'displayName',
    async (text) => scimRefusal(await scim().put(`/Groups/${groupId}`, { displayName: text })),
  ],
  [
    'SCIM PATCH of a group',
    'displayName',
    async (text) => scimRefusal(await patch(`/Groups/${groupId}`, 'displayName', text)),
  ],
  ['SCIM Bulk of a group', 'displayName', (text) => bulk('/Groups', { displayName: text })],
  ['GraphQL groupCreate', 'displayName', (text) => graphqlRefusal('groupCreate', { displayName: text })],
  [
    'GraphQL groupUpdate',
    'displayName',
    (text) => graphqlRefusal('groupUpdate', { groupId, displayName: text }),
  ],
];

const HIDDEN: readonly (readonly [text: string, named: string])[] = [
  ['a\u200bb@t.test', 'U+200B (ZERO WIDTH SPACE)'],
  ['a\u200db@t.test', 'U+200D (ZERO WIDTH JOINER)'],
  ['a\u200eb@t.test', 'U+200E (LEFT-TO-RIGHT MARK)'],
  ['a\u202eb@t.test', 'U+202E (RIGHT-TO-LEFT OVERRIDE)'],
  ['a\u2066b@t.test', 'U+2066 (LEFT-TO-RIGHT ISOLATE)'],
  ['a\u00adb@t.test', 'U+00AD (SOFT HYPHEN)'],
  ['m\ufffdller@t.test', 'U+FFFD (REPLACEMENT CHARACTER)'],
  ['a\u3164b@t.test', 'U+3164 (HANGUL FILLER)'],
  ['a\u0378b@t.test', 'U+0378 (not assigned in Unicode)'],
  ['a@t\u00ad.test', 'U+00AD (SOFT HYPHEN)'],
];

describe.each(DOORS)('%s refuses in %s', (_door, attribute, send) => {
  test.each(HIDDEN)('%j, naming %s', async (text, named) => {
    expect(await send(text)).toContain(`${attribute} contains ${named}, which is not allowed.`);
  });
});

test.each([
  ['workspaceUpdate', {}],
  ['apiKeyCreate', { scopes: ['SCIM'] }],
] as const)('GraphQL %s refuses a name that reorders the text around it', async (name, input) => {
  expect(await graphqlRefusal(name, { ...input, name: 'a\u202eb' })).toBe(
    'name contains U+202E (RIGHT-TO-LEFT OVERRIDE), which is not allowed.',
  );
});
