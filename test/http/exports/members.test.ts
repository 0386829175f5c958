import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needed } from '../../../src/auth/policy.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, person, REQUEST_ID } from '../graphql/operations.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function download(
  credential: string | undefined,
  path: string,
  method: string = 'GET',
): Promise<Answer> {
  const response = await fetch(`${app.url}/exports${path}`, {
    method,
    headers: credential === undefined ? {} : { Authorization: credential },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, text: bytes.toString() };
}

function file({ workspaceId }: TestWorkspace, parameters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(parameters).toString();
  return `/workspaces/${workspaceId}/members.csv${query === '' ? '' : `?${query}`}`;
}

/** The lines of an export, without the moments in their last three columns. */
function lines(text: string): string[] {
  const all = text.split('\r\n');
  expect(all.pop()).toBe('');
  return all.map((line) => line.replace(/(,(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?){3}$/, ',…'));
}

async function added(workspace: TestWorkspace, userName: string, more: object = {}): Promise<string> {
  const input = { workspaceId: workspace.workspaceId, userName, ...more };
  return (await done(app, app.operatorToken, 'memberAdd', input)).member.id;
}

/** The form of every error. */
function refusal(code: string, message: string, details: object = {}): object {
  return { error: { code, message, ...details, requestId: REQUEST_ID } };
}

describe('members.csv', () => {
  test('has a line for every member of a V2 workspace, active or not, and a header', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId, ownerEmail } = workspace;
    const editor = await added(workspace, 'edit@acme.test', {
      externalId: 'e-1',
      profile: { displayName: 'Édith "Ed" Piaf, E.' },
      access: { roleAccess: { role: 'EDITOR', creditLimit: 50 } },
    });
    const gone = await added(workspace, 'gone@acme.test');
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: gone });
    await done(app, app.operatorToken, 'groupCreate', {
      workspaceId,
      displayName: 'R; D',
      memberIds: [editor],
    });
    await done(app, app.operatorToken, 'groupCreate', {
      workspaceId,
      displayName: 'All',
      memberIds: [editor],
    });

    const answer = await download(workspace.apiKey, file(workspace, { bom: 'false' }));
    expect(answer.status).toBe(200);
    expect(lines(answer.text)).toEqual([
      'memberId,userName,displayName,externalId,active,role,creditLimit,accessSetBy,managedBy,groups,membershipStartedAt,createdAt,updatedAt',
      `${ownerMemberId},${ownerEmail},,,true,OWNER,,,WORKSPACE,,…`,
      `${editor},edit@acme.test,"Édith ""Ed"" Piaf, E.",e-1,true,EDITOR,50,WORKSPACE,WORKSPACE,All; R\\; D,…`,
      `${gone},gone@acme.test,,,false,,,,WORKSPACE,,…`,
    ]);
  });

  test('rule 2: has seats on V1 and credit limits on V2, and never the other', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 1 } });
    const builder = await added(workspace, nextAddress(), { access: { seatAccess: { seatType: 'PRO' } } });
    const answer = await download(workspace.apiKey, file(workspace, { bom: 'false' }));
    const [names, , line] = lines(answer.text);
    expect(names).toBe(
      'memberId,userName,displayName,externalId,active,role,seatType,accessSetBy,managedBy,groups,membershipStartedAt,createdAt,updatedAt',
    );
    expect(line).toMatch(`${builder},`);
    expect(line).toMatch(',true,MEMBER,PRO,WORKSPACE,WORKSPACE,,…');
  });

  test('has the same times as GraphQL', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const query = `query ($id: ID!) { workspace(id: $id) { members { nodes { createdAt updatedAt membership { startedAt } } } } }`;
    const { data } = await app.graphql(workspace.apiKey, query, { id: workspace.workspaceId });
    const [{ createdAt, updatedAt, membership }] = data.workspace.members.nodes;
    const { text } = await download(workspace.apiKey, file(workspace));
    expect(text).toContain(`,${membership.startedAt},${createdAt},${updatedAt}\r\n`);
  });

  test('is a named file that caches do not store', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'workspaceUpdate', {
      workspaceId: workspace.workspaceId,
      name: 'Käse "& Co"/..\\',
    });
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, text } = await download(app.operatorToken, file(workspace), method);
      expect({ status, isEmpty: text === '' }).toEqual({ status: 200, isEmpty: method === 'HEAD' });
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-disposition')).toMatch(
        /^attachment; filename="K.se _& Co__\.\._ members \d{4}-\d\d-\d\d\.csv"/,
      );
    }
  });

  test('begins with a byte order mark for spreadsheets, unless the client declines it', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const read = async (parameters: Readonly<Record<string, string>>) =>
      (await download(workspace.apiKey, file(workspace, parameters))).text.slice(0, 9);
    expect(await read({})).toBe('\uFEFFmemberId');
    expect(await read({ bom: 'true' })).toBe('\uFEFFmemberId');
    expect(await read({ bom: 'false' })).toBe('memberId,');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t'=1"],
    ['\r=1', `"'\r'=1"`],
    // Case 16: for no reader, whether cells end at a comma, a semicolon or a tab.
    ['\n=1+1', `"'\n'=1+1"`],
    ['x;=cmd', "x;'=cmd"],
    ['x\t=cmd', "x\t'=cmd"],
    ['x; "=cmd"', `"x; ""'=cmd"""`],
    ['\uFF1D1+1', "'\uFF1D1+1"],
    ['\u200b =1', "\u200b '=1"],
    ['a - b; c = d', 'a - b; c = d'],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['two\nlines', '"two\nlines"'],
    ["it's = fine", "it's = fine"],
  ])('a name %j cannot act as a formula, and is quoted as RFC 4180 requires: %j', async (name, cell) => {
    const workspace = await app.workspace({ version: 'V2' });
    await added(workspace, 'a@acme.test', { profile: { displayName: name } });
    const { text } = await download(workspace.apiKey, file(workspace));
    expect(text).toContain(`,a@acme.test,${cell},,true,`);
  });
});

describe('the filter', () => {
  test("is GraphQL's MemberFilter, as JSON", async () => {
    const workspace = await app.workspace({ version: 'V2' });
    await added(workspace, 'a@acme.test', { access: { roleAccess: { role: 'EDITOR' } } });
    await added(workspace, 'b@acme.test', { profile: { emails: [{ value: 'B@else.test', type: 'work' }] } });
    const found = async (filter: object) => {
      const answer = await download(workspace.apiKey, file(workspace, { filter: JSON.stringify(filter) }));
      return lines(answer.text)
        .slice(1)
        .map((line) => line.split(',')[1]);
    };
    expect(await found({ role: { in: ['EDITOR'] } })).toEqual(['a@acme.test']);
    expect(
      await found({ not: { role: { eq: 'OWNER' } }, createdAt: { gt: '2020-01-01T00:00:00Z' } }),
    ).toEqual(['a@acme.test', 'b@acme.test']);
    expect(await found({ emails: { some: { value: { eq: 'b@ELSE.test' } } } })).toEqual(['b@acme.test']);
    expect(await found({ search: 'nobody' })).toEqual([]);
  });

  const LIKE_THIS = `for example ${encodeURIComponent('{"active":{"eq":true}}')}.`;
  const OF_TYPE =
    'It is JSON of the type MemberFilter of the GraphQL schema, for example {"active":{"eq":true}}.';

  test.each([
    ['no', 'filter', 'filter is not a JSON object.', `Send JSON, percent-encoded, ${LIKE_THIS}`],
    ['', 'filter', 'filter is not a JSON object.', `Send JSON, percent-encoded, ${LIKE_THIS}`],
    ['null', 'filter', 'filter is not a JSON object.', `Send JSON, percent-encoded, ${LIKE_THIS}`],
    ['[]', 'filter', 'filter: Expected type "MemberFilter" to be an object.', OF_TYPE],
    [
      '{"role":{"eq":"KING"}}',
      'filter.role.eq',
      'filter.role.eq: Value "KING" does not exist in "Role" enum.',
      OF_TYPE,
    ],
    [
      '{"created":1}',
      'filter',
      'filter: Field "created" is not defined by type "MemberFilter". Did you mean "createdAt"?',
      OF_TYPE,
    ],
    [
      '{"role":{}}',
      'role',
      'The comparison of role is empty, which would mean everybody.',
      'Compare it with a value, leave it out, or ask with isPresent whether there is one.',
    ],
  ])('%j is refused, with what to send', async (filter, attribute, message, hint) => {
    const workspace = await app.workspace({ version: 'V2' });
    const answer = await download(workspace.apiKey, file(workspace, { filter }));
    expect(JSON.parse(answer.text)).toEqual(refusal('INVALID_INPUT', message, { attribute, hint }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-disposition')).toBeNull();
  });

  test('is refused when it is nested too deeply', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const filter = `${'{"not":'.repeat(300)}{}${'}'.repeat(300)}`;
    const answer = await download(workspace.apiKey, file(workspace, { filter }));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      refusal('INVALID_INPUT', 'A filter has at most 1000 parts, nested at most 100 levels deep.', {
        attribute: 'filter',
        hint: 'For many values of one field, use `in`.',
      }),
    ]);
  });

  test('is refused before the file begins when the database refuses it', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const filter = JSON.stringify({ userName: { eq: 'a\0' } });
    const answer = await download(workspace.apiKey, file(workspace, { filter }));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      refusal('INVALID_INPUT', 'Text cannot contain the character NUL.'),
    ]);
  });

  test('with a misspelled key is refused, because it would match everybody', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const hint = 'The parameters, at most once each, are: filter, bom.';
    const misspelt = await download(workspace.apiKey, file(workspace, { filters: '{}' }));
    expect(JSON.parse(misspelt.text)).toEqual(
      refusal('INVALID_INPUT', 'There is no parameter filters.', { attribute: 'filters', hint }),
    );
    const twice = await download(workspace.apiKey, `${file(workspace)}?filter={}&filter={}`);
    expect(JSON.parse(twice.text)).toEqual(
      refusal('INVALID_INPUT', 'filter is there twice.', { attribute: 'filter', hint }),
    );
    const neither = await download(workspace.apiKey, file(workspace, { bom: '1' }));
    expect(neither.status).toBe(400);
  });
});

describe('access', () => {
  const NO_CREDENTIAL = refusal('UNAUTHENTICATED', 'The credential is missing, wrong, expired or revoked.', {
    hint: 'Send an API key, a session token or the operator token in the Authorization header.',
  });

  test('needs a credential; a refusal reveals nothing', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    for (const path of [file(workspace), '/workspaces/x/members.csv', '/anything']) {
      for (const credential of [undefined, 'Bearer wrong']) {
        const answer = await download(credential, path);
        expect([answer.status, JSON.parse(answer.text)]).toEqual([401, NO_CREDENTIAL]);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Rollcall"');
      }
    }
  });

  test('is for owners, admins and keys that read members, and not for ordinary members', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    const reader = await app.key(workspace.workspaceId, ['MEMBERS_READ']);
    const auditor = await app.key(workspace.workspaceId, ['AUDIT_READ']);
    for (const credential of [admin.token, reader, `Bearer ${reader}`, app.operatorToken])
      expect(await download(credential, file(workspace))).toMatchObject({ status: 200 });
    for (const credential of [editor.token, auditor]) {
      const answer = await download(credential, file(workspace));
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        403,
        refusal('FORBIDDEN', `You may not do this. It needs ${needed('member.read')}.`, {
          hint: expect.any(String),
        }),
      ]);
    }
  });

  test("of another tenant's workspace is refused as if it did not exist", async () => {
    const [workspace, other] = [
      await app.workspace({ version: 'V2' }),
      await app.workspace({ version: 'V2' }),
    ];
    const stranger = await person(app, other, { roleAccess: { role: 'ADMIN' } });
    const expected = refusal('NOT_FOUND', 'There is no such workspace.', {
      hint: 'Check the workspace ID and the credential.',
    });
    for (const credential of [other.apiKey, stranger.token]) {
      for (const id of [workspace.workspaceId, '0198a000-0000-7000-8000-000000000000', 'x']) {
        const answer = await download(credential, `/workspaces/${id}/members.csv`);
        expect([answer.status, JSON.parse(answer.text)]).toEqual([404, expected]);
      }
    }
  });

  test("of a key's own workspace works with the id in any case", async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const path = `/workspaces/${workspace.workspaceId.toUpperCase()}/members.csv`;
    expect(await download(workspace.apiKey, path)).toMatchObject({ status: 200 });
  });
});

describe('a path without an export', () => {
  test('that is unknown is answered with the paths that exist', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    for (const path of ['', '/', `/workspaces/${workspace.workspaceId}/members`, `${file(workspace)}/`]) {
      const answer = await download(workspace.apiKey, path);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toEqual(
        refusal('NOT_FOUND', expect.stringContaining('/exports/workspaces/{workspaceId}/members.csv')),
      );
    }
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s does not exist', async (method) => {
    const workspace = await app.workspace({ version: 'V2' });
    const answer = await download(workspace.apiKey, file(workspace), method);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      405,
      refusal('METHOD_NOT_ALLOWED', `${method} is not supported here. Supported: GET, HEAD.`),
    ]);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  test('that is badly encoded is a bad request', async () => {
    const answer = await download(app.operatorToken, '/workspaces/%zz/members.csv');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual(
      refusal('BAD_REQUEST', 'The path is not properly percent-encoded.'),
    );
  });
});

/** Inserts thousands of members, which no interface could create within a test. */
async function crowd({ workspaceId }: TestWorkspace, size: number): Promise<void> {
  await app.sql(
    `with new as (
       select gen_random_uuid() as id, gen_random_uuid() as account_id, format('p%s.%s@crowd.test', n, $1::text) as name
       from generate_series(1, $2::integer) n),
     accounts as (insert into account (id, email, canonical_email, created_at) select account_id, name, name, now() from new)
     insert into member (id, workspace_id, account_id, user_name, canonical_user_name, profile, managed_by, version, created_at, updated_at)
     select id, $1::uuid, account_id, name, name, jsonb_build_object('displayName', repeat('x', 200)), 'WORKSPACE', 1, now(), now()
     from new`,
    [workspaceId, size],
  );
}

/** A reader that stops after the first piece until it is told to continue. */
function reader(workspace: TestWorkspace) {
  return new Promise<{ rest(): Promise<string>; leave(): void }>((resolve, reject) => {
    const request = send(`${app.url}/exports${file(workspace, { bom: 'false' })}`, {
      headers: { Authorization: workspace.apiKey },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      response.pause();
      if (response.statusCode !== 200) reject(new Error(`the export was answered ${response.statusCode}`));
      resolve({
        rest: () =>
          new Promise((done) => {
            const pieces: Buffer[] = [];
            response.on('data', (piece: Buffer) => pieces.push(piece));
            response.on('end', () => done(Buffer.concat(pieces).toString()));
            response.resume();
          }),
        leave: () => response.destroy(),
      });
    });
    request.end();
  });
}

/** How many exports are under way in the database: their transactions wait, or fetch at this moment. */
async function cursors(): Promise<number> {
  const [row] = await app.sql<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where datname = current_database() and state <> 'idle' and query like 'fetch forward%'`,
  );
  return row?.count ?? 0;
}

describe('many members', () => {
  const SIZE = 30_000;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    workspace = await app.workspace({ version: 'V2' });
    await crowd(workspace, SIZE);
  });

  test('are sent at the pace of the reader, as they were when the download began', async () => {
    const download = await reader(workspace);
    // The database waits for a reader who has had a little of some 10 MB: no process has the rest in memory.
    await expect.poll(cursors).toBe(1);
    await app.sql(`update member set user_name = 'renamed-' || user_name where workspace_id = $1`, [
      workspace.workspaceId,
    ]);
    expect(await cursors()).toBe(1);
    const all = lines(await download.rest());
    expect(all).toHaveLength(SIZE + 2);
    expect(all.filter((line) => line.includes('renamed'))).toEqual([]);
    const ids = all.slice(1).map((line) => line.split(',')[0]);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    await expect.poll(cursors).toBe(0);
  });

  test('are no longer read from the database when the reader disconnects', async () => {
    const download = await reader(workspace);
    await expect.poll(cursors).toBe(1);
    download.leave();
    await expect.poll(cursors).toBe(0);
    expect(await app.graphql(workspace.apiKey, '{ viewer { type } }')).toEqual({
      data: { viewer: { type: 'API_KEY' } },
    });
  });

  test('leave no open cursor when readers disconnect at any moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      const leaving = new AbortController();
      const asked = fetch(`${app.url}/exports${file(workspace)}`, {
        headers: { Authorization: workspace.apiKey },
        signal: leaving.signal,
      }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, round));
      leaving.abort();
      await asked;
    }
    await expect.poll(cursors).toBe(0);
    const { status, text } = await download(workspace.apiKey, file(workspace));
    expect({ status, lines: lines(text).length }).toEqual({ status: 200, lines: SIZE + 2 });
  });

  test('are sent in at most two downloads of a workspace at once, so that others get theirs', async () => {
    const other = await app.workspace({ version: 'V2' });
    const downloads = await Promise.all([1, 2].map(() => reader(workspace)));
    await expect.poll(cursors).toBe(2);
    for (const path of [file(workspace), file(workspace).replace('members.csv', 'audit.jsonl')]) {
      const answer = await download(workspace.apiKey, path);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        429,
        refusal('RATE_LIMITED', '2 exports of this workspace are being downloaded already.', {
          hint: 'Try again in a few seconds.',
        }),
      ]);
    }
    // Another workspace gets its export, and does not learn of these downloads.
    expect((await download(other.apiKey, file(other))).status).toBe(200);
    expect((await download(other.apiKey, file(workspace))).status).toBe(404);
    for (const { leave } of downloads) leave();
    await expect.poll(cursors).toBe(0);
  });

  test('are sent in at most four downloads at once, so that other requests get connections', async () => {
    const second = await app.workspace({ version: 'V2' });
    await crowd(second, SIZE);
    const third = await app.workspace({ version: 'V2' });
    const downloads = await Promise.all([workspace, workspace, second, second].map((of) => reader(of)));
    await expect.poll(cursors).toBe(4);
    const answer = await download(third.apiKey, file(third));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      429,
      refusal('RATE_LIMITED', '4 exports are being downloaded already.', {
        hint: 'Try again in a few seconds.',
      }),
    ]);
    expect(answer.headers.get('retry-after')).toBe('10');
    for (const { leave } of downloads) leave();
    await expect.poll(cursors).toBe(0);
    await expect
      .poll(async () => (await download(workspace.apiKey, file(workspace), 'HEAD')).status)
      .toBe(200);
  });
});
