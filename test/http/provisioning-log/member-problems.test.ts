import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { eventually } from './waiting.js';

/** The members with whom provisioning has a problem (rule 56), as the members table filters and marks them. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

const MEMBERS = `query ($id: ID!, $filter: MemberFilter) {
  workspace(id: $id) {
    members(filter: $filter, orderBy: { field: USER_NAME, direction: ASC }) {
      totalCount
      nodes { userName scimProblems { problemId severity code cause detail times fix { summary } } }
    }
    scim { problems { problemId } }
  }
}`;

/** A V2 workspace whose provider has a problem with Ann (by id), with Ben (by name), and notices about Cat; none with Dan. */
async function troubled() {
  const workspace = await app.workspace({ version: 'V2' });
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const { body: ann } = await scim.post('/Users', { userName: 'ann@acme.test' });
  await scim.patch(`/Users/${ann.id}`, { Operations: [{ op: 'replace', value: { role: 'boss' } }] });
  await scim.post('/Users', { userName: 'ben@acme.test' });
  // Full-width letters are another spelling of the same name (rule 15a).
  await scim.post('/Users', { userName: '\uff22\uff25\uff2e@acme.test' });
  await scim.post('/Users', {
    userName: 'cat@acme.test',
    'urn:base44:params:scim:schemas:extension:users:2.0': { role: 'admin' },
  });
  await scim.post('/Users', { userName: 'dan@acme.test' });
  await scim.post('/Users', { userName: 'nobody@acme.test', role: 'boss' });
  const members = async (filter: object, credential: string = workspace.apiKey) =>
    app.graphql(credential, MEMBERS, { id: workspace.workspaceId, filter });
  await eventually(
    async () => (await members({})).data.workspace,
    ({ scim: { problems } }) => problems.length === 3,
  );
  return { workspace, members };
}

const namesOf = ({ data }: { data: { workspace: { members: { nodes: { userName: string }[] } } } }) =>
  data.workspace.members.nodes.map(({ userName }) => userName);

describe('rule 56: members with a problem', () => {
  test('are found by id and by name, and not those without one', async () => {
    const { members } = await troubled();
    const found = await members({ hasProblem: true });
    expect(found.errors).toBeUndefined();
    expect(found.data.workspace.members).toMatchObject({
      totalCount: 3,
      nodes: [
        {
          userName: 'ann@acme.test',
          scimProblems: [{ severity: 'REFUSAL', code: 'INVALID_INPUT', times: 1 }],
        },
        { userName: 'ben@acme.test', scimProblems: [{ severity: 'REFUSAL', code: 'ALREADY_A_MEMBER' }] },
        { userName: 'cat@acme.test', scimProblems: [{ severity: 'NOTICE', code: 'EXTENSION_IGNORED' }] },
      ],
    });
    const others = namesOf(await members({ hasProblem: false }));
    expect(others).toContain('dan@acme.test');
    expect(others).not.toContain('ann@acme.test');
    expect(
      namesOf(await members({ or: [{ hasProblem: true }, { userName: { startsWith: 'dan' } }] })),
    ).toEqual(['ann@acme.test', 'ben@acme.test', 'cat@acme.test', 'dan@acme.test']);
  });

  test('a problem of a member has the id of the problem that everybody shares, and goes when it is dismissed', async () => {
    const { workspace, members } = await troubled();
    const { data } = await members({ userName: { eq: 'ann@acme.test' } });
    const [problem] = data.workspace.members.nodes[0].scimProblems;
    expect(data.workspace.scim.problems).toContainEqual({ problemId: problem.problemId });
    const { errors } = await app.graphql(
      await app.session(workspace.ownerEmail),
      'mutation ($input: ScimProblemDismissInput!) { scimProblemDismiss(input: $input) { problemId } }',
      { input: { workspaceId: workspace.workspaceId, problemId: problem.problemId } },
    );
    expect(errors).toBeUndefined();
    expect(namesOf(await members({ hasProblem: true }))).toEqual(['ben@acme.test', 'cat@acme.test']);
  });

  test('another workspace has none of them', async () => {
    const { members } = await troubled();
    const other = await app.workspace({ version: 'V2' });
    expect(namesOf(await members({ hasProblem: true }))).toHaveLength(3);
    const { data } = await app.graphql(other.apiKey, MEMBERS, {
      id: other.workspaceId,
      filter: { hasProblem: true },
    });
    expect(data.workspace.members.nodes).toEqual([]);
  });

  test('a caller who may not read the provisioning log gets no problems, and may not filter by them', async () => {
    const { workspace, members } = await troubled();
    const key = await app.key(workspace.workspaceId, ['MEMBERS_READ']);
    const unfiltered = await members({ userName: { eq: 'ann@acme.test' } }, key);
    expect(unfiltered.data.workspace.members.nodes).toEqual([
      { userName: 'ann@acme.test', scimProblems: null },
    ]);
    const filtered = await members({ and: [{ hasProblem: true }] }, key);
    expect(filtered.data.workspace.members).toBeNull();
    expect(filtered.errors).toContainEqual(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) }),
    );
  });
});
