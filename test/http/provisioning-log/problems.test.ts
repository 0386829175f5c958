import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { eventually } from './waiting.js';

/** The fields of `workspace.scim` for administrators (rules 54 to 59). */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

const PAGE = `query Provisioning($id: ID!) {
  workspace(id: $id) {
    scim {
      health { status reason lastRequestAt lastSuccessAt }
      problems {
        problemId severity code cause detail attribute closest client times subjectCount
        fix { summary steps { screen do } }
        subjects { name network apiKeyLabel operation times detail member { userName } request { reference } }
      }
    }
  }
}`;

interface Page {
  readonly health: { readonly status: string; readonly reason: string };
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly problems: any[];
}

async function page(workspace: TestWorkspace): Promise<Page> {
  const { data, errors } = await app.graphql(workspace.apiKey, PAGE, { id: workspace.workspaceId });
  expect(errors).toBeUndefined();
  return data.workspace.scim;
}

const shown = (workspace: TestWorkspace, isRight: (page: Page) => boolean) =>
  eventually(() => page(workspace), isRight);

async function opened(
  version: 'V1' | 'V2',
  seats: Readonly<Record<string, number>> = {},
): Promise<{ workspace: TestWorkspace; scim: ScimClient }> {
  const workspace = await app.workspace({ version, seats });
  return { workspace, scim: app.scim(workspace.workspaceId, workspace.apiKey) };
}

describe('rule 55: health', () => {
  test('is NOT_CONNECTED while the provider has sent no request', async () => {
    const { workspace } = await opened('V2');
    expect(await page(workspace)).toEqual({
      health: {
        status: 'NOT_CONNECTED',
        reason: 'No identity provider has sent a request yet.',
        lastRequestAt: null,
        lastSuccessAt: null,
      },
      problems: [],
    });
  });

  test('turns from healthy to degraded and back', async () => {
    const { workspace, scim } = await opened('V2');
    await scim.post('/Users', { userName: 'ann@acme.test' });
    expect((await shown(workspace, ({ health }) => health.status === 'HEALTHY')).health.status).toBe(
      'HEALTHY',
    );
    await scim.post('/Users', { userName: 'ben@acme.test', role: 'boss' });
    const degraded = await shown(workspace, ({ health }) => health.status === 'DEGRADED');
    expect(degraded.health.reason).toBe('1 person or group was refused in the last 24 hours.');
    // Another spelling of the same name (rule 15a).
    await scim.post('/Users', { userName: '\uff22en@acme.test', role: 'editor' });
    expect((await shown(workspace, ({ health }) => health.status === 'HEALTHY')).problems).toEqual([]);
  });

  test('fails when all of the last requests were refused', async () => {
    const { workspace, scim } = await opened('V1');
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await scim.post('/Users', { userName: `${name}@acme.test`, role: '' });
    const { health } = await shown(workspace, ({ health: { status } }) => status === 'FAILING');
    expect(health).toMatchObject({ status: 'FAILING', reason: 'The last 5 requests were all refused.' });
  });

  test('fails when only requests with wrong keys come', async () => {
    const { workspace } = await opened('V2');
    await app.scim(workspace.workspaceId, 'wrong').get('/Users');
    const { health, problems } = await shown(workspace, ({ health: { status } }) => status === 'FAILING');
    expect(health.reason).toBe('No request gets in. Requests have an unknown key, or none.');
    expect(problems).toMatchObject([
      { code: 'KEY_UNKNOWN', client: 'OKTA', subjects: [{ network: '127.0.0.0/24', name: null }] },
    ]);
  });
});

describe('rule 56: problems', () => {
  test('many members with one reason are one problem, which shrinks as the provider succeeds', async () => {
    const { workspace, scim } = await opened('V1', { builder: 1 });
    await scim.post('/Users', { userName: 'first@acme.test', seatType: 'builder' });
    for (const name of ['a', 'b', 'c', 'a'])
      await scim.post('/Users', { userName: `${name}@acme.test`, seatType: 'builder' });
    const { problems } = await shown(workspace, ({ problems: [problem] }) => problem?.times === 4);
    expect(problems).toMatchObject([
      {
        severity: 'REFUSAL',
        code: 'SEAT_UNAVAILABLE',
        cause: 'All seats of the type are taken.',
        client: 'OKTA',
        times: 4,
        subjectCount: 3,
        fix: { summary: 'Free a seat, buy more, or map another seat type.' },
      },
    ]);
    expect(problems[0].fix.steps.at(-1)).toEqual({
      screen: 'Dashboard → Tasks',
      do: 'Retry the failed task.',
    });
    expect(problems[0].subjects.map(({ name }: { name: string }) => name)).toEqual([
      'a@acme.test',
      'c@acme.test',
      'b@acme.test',
    ]);
    expect(problems[0].subjects[0].request.reference).toMatch(/^[\dA-Z]{4}-[\dA-Z]{4}$/);
    await app.graphql(
      app.operatorToken,
      'mutation ($input: SeatsSetInput!) { seatsSet(input: $input) { __typename } }',
      { input: { workspaceId: workspace.workspaceId, seats: [{ seatType: 'BUILDER', total: 2 }] } },
    );
    await scim.post('/Users', { userName: 'B@acme.test', seatType: 'builder' });
    const { problems: left } = await shown(
      workspace,
      ({ problems: [problem] }) => problem?.subjectCount === 2,
    );
    expect(left.map(({ subjectCount }) => subjectCount)).toEqual([2]);
  });

  test('a problem has the text of its refusals only where all people have the same', async () => {
    const { workspace, scim } = await opened('V2');
    for (const user of ['ann@acme.test', 'ben@acme.test'])
      await scim.post('/Users', { userName: user, role: 'boss' });
    await scim.post('/Users', { active: true });
    await scim.post('/Users', { userName: 'not an address' });
    const { problems } = await shown(
      workspace,
      (now) => now.problems.every(({ subjectCount }) => subjectCount === 2) && now.problems.length === 2,
    );
    const ofRole = problems.find(({ attribute }) => attribute === 'role');
    const ofName = problems.find(({ attribute }) => attribute === 'userName');
    expect(ofRole.detail).toBe(ofRole.subjects[0].detail);
    expect(ofName.detail).toBeNull();
    expect(ofName.subjects).toMatchObject([
      { name: 'not an address', detail: expect.stringContaining('not an address') },
      { name: null, detail: expect.stringContaining('Neither userName nor an e-mail address was sent') },
    ]);
  });

  test('a refused member is named by its id, and leaves the problem with the next success', async () => {
    const { workspace, scim } = await opened('V2');
    const { body } = await scim.post('/Users', { userName: 'ann@acme.test', role: 'editor' });
    const change = (value: object) =>
      scim.patch(`/Users/${body.id}`, { Operations: [{ op: 'replace', value }] });
    await change({ role: 'boss' });
    const { problems } = await shown(workspace, (seen) => seen.problems.length === 1);
    expect(problems).toMatchObject([
      {
        code: 'INVALID_INPUT',
        attribute: 'role',
        subjects: [{ name: 'ann@acme.test', member: { userName: 'ann@acme.test' } }],
      },
    ]);
    await change({ role: 'viewer' });
    expect((await shown(workspace, (seen) => seen.problems.length === 0)).problems).toEqual([]);
  });

  test('rule 53a: notices are milder problems, listed last, and end when the mapping is corrected', async () => {
    const { workspace, scim } = await opened('V2');
    const { body } = await scim.post('/Users', {
      userName: 'ann@acme.test',
      'urn:base44:params:scim:schemas:extension:users:2.0': { role: 'admin' },
    });
    await scim.post('/Users', { userName: 'ben@acme.test', role: 'boss' });
    const { problems } = await shown(workspace, (seen) => seen.problems.length === 2);
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['REFUSAL', 'INVALID_INPUT'],
      ['NOTICE', 'EXTENSION_IGNORED'],
    ]);
    expect(problems[1].fix).toMatchObject({
      summary: 'Correct the external namespace to urn:base44:params:scim:schemas:extension:user:2.0.',
      steps: [{ screen: 'Directory → Profile Editor → your SCIM app' }, {}],
    });
    await scim.put(`/Users/${body.id}`, { userName: 'ann@acme.test', role: 'admin' });
    expect((await shown(workspace, (seen) => seen.problems.length === 1)).problems).toMatchObject([
      { severity: 'REFUSAL' },
    ]);
  });

  test('a dismissed problem is hidden until it occurs again, and the dismissal is audited', async () => {
    const { workspace, scim } = await opened('V2');
    await scim.post('/Users', { userName: 'ben@acme.test', role: 'boss' });
    const { problems } = await shown(workspace, (seen) => seen.problems.length === 1);
    const dismiss = (credential: string) =>
      app.graphql(
        credential,
        'mutation ($input: ScimProblemDismissInput!) { scimProblemDismiss(input: $input) { problemId workspace { id } } }',
        { input: { workspaceId: workspace.workspaceId, problemId: problems[0].problemId } },
      );
    expect((await dismiss(workspace.apiKey)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const session = await app.session(workspace.ownerEmail);
    expect(await dismiss(session)).toEqual({
      data: {
        scimProblemDismiss: { problemId: problems[0].problemId, workspace: { id: workspace.workspaceId } },
      },
    });
    expect((await page(workspace)).problems).toEqual([]);
    expect((await dismiss(session)).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(
      await app.sql(
        'select action, actor_label, changes from audit_entry where workspace_id = $1 and action like $2',
        [workspace.workspaceId, 'scim.%'],
      ),
    ).toEqual([
      {
        action: 'scim.dismissProblem',
        actor_label: workspace.ownerEmail,
        changes: {
          problem: { before: 'INVALID_INPUT (role)', after: null },
          people: { before: 1, after: 0 },
        },
      },
    ]);
    await scim.post('/Users', { userName: 'ben@acme.test', role: 'boss' });
    expect((await shown(workspace, (seen) => seen.problems.length === 1)).problems).toMatchObject([
      { times: 2 },
    ]);
  });

  test('a problem with a key ends when the same client is accepted', async () => {
    const { workspace, scim } = await opened('V2');
    await app.scim(workspace.workspaceId, 'wrong').get('/Users');
    await shown(workspace, (seen) => seen.problems.length === 1);
    await scim.get('/Users');
    expect((await shown(workspace, (seen) => seen.problems.length === 0)).problems).toEqual([]);
  });

  test('a 404 for a member that does not exist is not a problem', async () => {
    const { workspace, scim } = await opened('V2');
    await scim.get('/Users/018f0000-0000-7000-8000-000000000000');
    const { health, problems } = await shown(workspace, (seen) => seen.health.status !== 'NOT_CONNECTED');
    expect([health.status, problems]).toEqual(['HEALTHY', []]);
  });
});

describe('rules 54, 58: requests', () => {
  const REQUESTS = `query Requests($id: ID!, $filter: ScimRequestFilter) {
    workspace(id: $id) { scim { requests(filter: $filter, first: 10) { totalCount nodes {
      id operation targetName status code reference member { userName } notices { code }
      auditEntry { action changes } fix { summary }
    } } } }
  }`;

  test('are found by reference, name, code, status and member, and link to the audit entry and back', async () => {
    const { workspace, scim } = await opened('V2');
    const refused = await scim.post('/Users', { userName: 'ann@acme.test', role: 'boss' });
    const added = await scim.post('/Users', { userName: 'ann@acme.test', role: 'editor' });
    const find = async (filter: object) => {
      const { data, errors } = await app.graphql(workspace.apiKey, REQUESTS, {
        id: workspace.workspaceId,
        filter,
      });
      expect(errors).toBeUndefined();
      return data.workspace.scim.requests;
    };
    await eventually(
      () => find({}),
      ({ totalCount }) => totalCount === 2,
    );
    const [, reference] = /\(ref (.+)\)$/.exec(refused.body.detail) ?? [];
    const byReference = await find({ reference });
    expect(byReference).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          status: 400,
          reference,
          auditEntry: null,
          fix: { summary: 'Correct the value that is mapped to role.' },
        },
      ],
    });
    expect((await find({ codes: ['INVALID_INPUT'] })).totalCount).toBe(1);
    expect((await find({ statuses: [201], outcome: 'ACCEPTED', clients: ['OKTA'] })).totalCount).toBe(1);
    expect((await find({ search: 'ANN@' })).totalCount).toBe(2);
    const byMember = await find({ targetId: added.body.id });
    expect(byMember).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          operation: 'USER_CREATE',
          member: { userName: 'ann@acme.test' },
          auditEntry: { action: 'member.add', changes: { role: { before: null, after: 'EDITOR' } } },
        },
      ],
    });
    const { data } = await app.graphql(
      workspace.apiKey,
      `query ($id: ID!, $member: ID!, $entry: ID!) {
        workspace(id: $id) {
          member(id: $member) { scimRequests { nodes { id } } }
          auditLog(filter: { actions: ["member.add"] }) { nodes { scimRequest { id } } }
        }
        node(id: $entry) { ... on ScimRequest { id } }
      }`,
      { id: workspace.workspaceId, member: added.body.id, entry: byMember.nodes[0].id },
    );
    const { id } = byMember.nodes[0];
    expect(data.workspace.member.scimRequests.nodes).toEqual([{ id }]);
    expect(data.workspace.auditLog.nodes).toContainEqual({ scimRequest: { id } });
    expect(data.node).toEqual({ id });
    const { errors } = await app.graphql(workspace.apiKey, REQUESTS, {
      id: workspace.workspaceId,
      filter: { reference: 'nothing' },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  test('are for owners, admins, operators and keys with AUDIT_READ', async () => {
    const { workspace, scim } = await opened('V2');
    await scim.post('/Users', { userName: 'viewer@acme.test', role: 'viewer' });
    await scim.post('/Users', { userName: 'admin@acme.test', role: 'admin' });
    const other = await app.workspace({ version: 'V2' });
    const read = async (credential: string) => {
      const { data, errors } = await app.graphql(credential, REQUESTS, { id: workspace.workspaceId });
      return errors?.[0].extensions.code ?? (data.workspace === null ? 'NOTHING' : 'READ');
    };
    expect(await read(app.operatorToken)).toBe('READ');
    expect(await read(await app.session(workspace.ownerEmail))).toBe('READ');
    expect(await read(await app.session('admin@acme.test'))).toBe('READ');
    expect(await read(await app.session('viewer@acme.test'))).toBe('FORBIDDEN');
    expect(await read(await app.key(workspace.workspaceId, ['AUDIT_READ']))).toBe('READ');
    expect(await read(await app.key(workspace.workspaceId, ['SCIM']))).toBe('FORBIDDEN');
    expect(await read(other.apiKey)).toBe('NOTHING');
  });
});

test('rule 59: every interval of a chart has its counts', async () => {
  const { workspace, scim } = await opened('V2');
  await scim.post('/Users', { userName: 'ann@acme.test' });
  await scim.post('/Users', { userName: 'ben@acme.test', role: 'boss' });
  const counts = async (last: string) => {
    const { data } = await app.graphql(
      workspace.apiKey,
      `query ($id: ID!) { workspace(id: $id) { scim { counts(last: ${last}) {
        accepted refused dropped byCode { code requests } steps { start accepted refused } } } } }`,
      { id: workspace.workspaceId },
    );
    return data.workspace.scim.counts;
  };
  for (const [last, steps] of [
    ['HOUR', 12],
    ['DAY', 24],
    ['WEEK', 168],
  ] as const) {
    const seen = await eventually(
      () => counts(last),
      ({ accepted, refused }) => accepted + refused === 2,
    );
    expect(seen).toMatchObject({
      accepted: 1,
      refused: 1,
      dropped: 0,
      byCode: [{ code: 'INVALID_INPUT', requests: 1 }],
    });
    expect(seen.steps).toHaveLength(steps);
    const inSteps = seen.steps.map(
      (step: { accepted: number; refused: number }) => step.accepted + step.refused,
    );
    expect(inSteps.reduce((sum: number, number: number) => sum + number, 0)).toBe(2);
  }
});
