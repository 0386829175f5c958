import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  API_KEY,
  auditSize,
  done,
  type MutationName,
  mutate,
  person,
  refusals,
  refused,
  type TestPerson,
  UUID,
} from './operations.js';

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;
let admin: TestPerson;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
  admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
});

function send(name: MutationName, input: object = {}) {
  return mutate(app, admin.token, name, { workspaceId, ...input });
}

interface Minted {
  readonly apiKeyId: string;
  readonly secret: string;
}

async function minted(input: object = {}): Promise<Minted> {
  const wanted = { workspaceId, name: 'Okta', scopes: ['MEMBERS_READ'], ...input };
  const { secret, apiKey } = await done(app, admin.token, 'apiKeyCreate', wanted);
  return { apiKeyId: apiKey.id, secret };
}

/** Whether a secret is accepted. */
async function works(secret: string): Promise<boolean> {
  const answer = await app.graphql(secret, '{ viewer { type label workspace { id } } }');
  if (answer.data !== null) {
    expect(answer).toEqual({
      data: { viewer: { type: 'API_KEY', label: expect.any(String), workspace: { id: workspaceId } } },
    });
    return true;
  }
  expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  return false;
}

const KEYS = `query ($id: ID!) { workspace(id: $id) { apiKeys { totalCount nodes { ${API_KEY} } } } }`;

async function keys(): Promise<{ id: string }[]> {
  const { data } = await app.graphql(admin.token, KEYS, { id: workspaceId });
  return data.workspace.apiKeys.nodes;
}

function keyNamed(name: string, more: object = {}): object {
  return {
    id: UUID,
    name,
    description: null,
    scopes: ['MEMBERS_READ'],
    prefix: expect.stringMatching(/^rollcall_key_[0-9a-f]{16}$/),
    createdBy: admin.email,
    createdAt: expect.any(String),
    lastUsedAt: null,
    lastUsedFrom: null,
    expiresAt: null,
    enabled: true,
    disabledAt: null,
    ...more,
  };
}

describe('rule 25: apiKeyCreate', () => {
  test('creates a key with a name and scopes', async () => {
    expect(await send('apiKeyCreate', { name: ' Okta ', scopes: ['MEMBERS_READ'] })).toEqual({
      data: {
        apiKeyCreate: {
          secret: expect.stringMatching(/^rollcall_key_[0-9a-f]{16}_[\w-]{43}$/),
          apiKey: keyNamed('Okta'),
        },
      },
    });
  });

  test('accepts every attribute, and counts a repeated scope once', async () => {
    const expiresAt = '2126-01-01T00:00:00.000Z';
    const scopes = ['SCIM', 'AUDIT_READ', 'SCIM'];
    const input = { name: 'Okta', description: 'Provisioning', scopes, expiresAt };
    expect(await send('apiKeyCreate', input)).toEqual({
      data: {
        apiKeyCreate: {
          secret: expect.any(String),
          apiKey: keyNamed('Okta', {
            description: 'Provisioning',
            scopes: ['SCIM', 'AUDIT_READ'],
            expiresAt,
          }),
        },
      },
    });
  });

  test.each([
    [{ name: ' ' }, 'name must have 1 to 100 characters, and no control characters.', 'name'],
    [{ name: 'x'.repeat(101) }, 'name must have 1 to 100 characters, and no control characters.', 'name'],
    [{ name: 'a\nb' }, 'name must have 1 to 100 characters, and no control characters.', 'name'],
    [{ name: '\ud800' }, 'name must have 1 to 100 characters, and no control characters.', 'name'],
    [
      { description: 'a\0b' },
      'description must have at most 200 characters, and no control characters.',
      'description',
    ],
    [
      { description: 'a'.repeat(201) },
      'description must have at most 200 characters, and no control characters.',
      'description',
    ],
    [
      { description: '\ud800' },
      'description must have at most 200 characters, and no control characters.',
      'description',
    ],
    [{ scopes: [] }, 'A key needs a scope.', 'scopes'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt must lie in the future.', 'expiresAt'],
  ])('%j is refused', async (wrong, message, attribute) => {
    const before = await keys();
    expect(await send('apiKeyCreate', { name: 'Okta', scopes: ['SCIM'], ...wrong })).toEqual(
      refused('apiKeyCreate', 'INVALID_INPUT', message, { attribute }),
    );
    expect(await keys()).toEqual(before);
  });

  test('allows at most ten keys per workspace, also for concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, index) =>
        send('apiKeyCreate', { name: `Key ${index}`, scopes: ['SCIM'] }),
      ),
    );
    // The test workspace comes with one.
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(9);
    for (const answer of answers.filter(({ errors }) => errors !== undefined)) {
      expect(answer).toEqual(
        refused('apiKeyCreate', 'INVALID_INPUT', 'A workspace has at most 10 API keys.', {
          hint: 'Delete one that is no longer used.',
        }),
      );
    }
    const [first] = await keys();
    await done(app, admin.token, 'apiKeyDelete', { workspaceId, apiKeyId: first?.id });
    expect(await send('apiKeyCreate', { name: 'Eleventh', scopes: ['SCIM'] })).toMatchObject({
      data: { apiKeyCreate: { apiKey: { name: 'Eleventh' } } },
    });
  });
});

describe('rule 26: the secret', () => {
  test('is returned once, and only its hash is stored', async () => {
    const { apiKeyId, secret } = await minted();
    expect(JSON.stringify(await keys())).not.toContain(secret);
    const rows = await app.sql<{ lookup: string; hash: string }>(
      'select lookup, hash, expires_at from api_key_secret where api_key_id = $1',
      [apiKeyId],
    );
    expect(rows).toEqual([
      {
        lookup: secret.split('_')[2],
        hash: createHash('sha256').update(secret).digest('hex'),
        expires_at: null,
      },
    ]);
    const everything = await app.sql(
      `select k::text from api_key k union all select s::text from api_key_secret s
       union all select e::text from audit_entry e`,
    );
    expect(JSON.stringify(everything)).not.toContain(secret.slice(30));
  });

  test('is shown in the list by its first characters', async () => {
    const { apiKeyId, secret } = await minted();
    const key = (await keys()).find(({ id }) => id === apiKeyId);
    expect(key).toEqual(keyNamed('Okta', { prefix: secret.slice(0, 29) }));
  });

  test.each<[string, (secret: string) => string]>([
    ['with another ending', (secret) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
    ['cut short', (secret) => secret.slice(0, -1)],
    ['that is the prefix only', (secret) => secret.slice(0, 29)],
    ['in other letters', (secret) => secret.toUpperCase()],
    ['that is the stored hash', (secret) => createHash('sha256').update(secret).digest('hex')],
  ])('%s is refused', async (_case, changed) => {
    const { secret } = await minted();
    expect(await works(changed(secret))).toBe(false);
    expect(await works(secret)).toBe(true);
  });

  test('works with and without Bearer', async () => {
    const { secret } = await minted();
    expect(await works(secret)).toBe(true);
    expect(await works(`Bearer ${secret}`)).toBe(true);
    expect(await works(`bearer  ${secret} `)).toBe(true);
  });
});

describe('rule 25: the last use of a key', () => {
  test('is recorded with its address', async () => {
    const { apiKeyId, secret } = await minted();
    const started = Date.now();
    await works(secret);
    // No request waits for it to be written.
    const shown = async () => (await keys()).find(({ id }) => id === apiKeyId);
    await expect
      .poll(shown)
      .toEqual(keyNamed('Okta', { lastUsedAt: expect.any(String), lastUsedFrom: '127.0.0.1' }));
    const { lastUsedAt } = { lastUsedAt: '', ...(await shown()) };
    expect(Math.abs(Date.parse(lastUsedAt) - started)).toBeLessThan(10_000);
  });

  test('is not recorded for a wrong secret', async () => {
    const { apiKeyId, secret } = await minted();
    await works(`${secret.slice(0, 30)}${'A'.repeat(43)}`);
    expect((await keys()).find(({ id }) => id === apiKeyId)).toEqual(keyNamed('Okta'));
  });
});

describe('rule 25: apiKeyUpdate', () => {
  test.each([
    [{ name: ' New ' }, { name: 'New' }],
    [{ description: 'For what' }, { description: 'For what' }],
    [{ description: null }, { description: null }],
    [{ enabled: false }, { enabled: false, disabledAt: expect.any(String) }],
    [{ name: null, enabled: null }, {}],
    [{}, {}],
  ])('%j', async (input, becomes) => {
    const { apiKeyId } = await minted({ description: 'Before' });
    expect(await send('apiKeyUpdate', { apiKeyId, ...input })).toEqual({
      data: { apiKeyUpdate: { apiKey: keyNamed('Okta', { description: 'Before', ...becomes }) } },
    });
  });

  test('a disabled key stops working at once, and works again when enabled', async () => {
    const { apiKeyId, secret } = await minted();
    expect(await works(secret)).toBe(true);
    await send('apiKeyUpdate', { apiKeyId, enabled: false });
    expect(await works(secret)).toBe(false);
    await send('apiKeyUpdate', { apiKeyId, enabled: true });
    expect(await works(secret)).toBe(true);
  });

  test('rule 21: the same values again write no audit entry', async () => {
    const { apiKeyId } = await minted();
    await send('apiKeyUpdate', { apiKeyId, enabled: false });
    const entries = await auditSize(app, workspaceId);
    await send('apiKeyUpdate', { apiKeyId, enabled: false, name: 'Okta', description: null });
    expect(await auditSize(app, workspaceId)).toBe(entries);
  });

  test('a blank name is refused', async () => {
    const { apiKeyId } = await minted();
    expect(await send('apiKeyUpdate', { apiKeyId, name: ' ' })).toEqual(
      refused(
        'apiKeyUpdate',
        'INVALID_INPUT',
        'name must have 1 to 100 characters, and no control characters.',
        { attribute: 'name' },
      ),
    );
  });
});

describe('rule 25: apiKeyRotate', () => {
  test('refuses a key that has expired, whose new secret would not work either', async () => {
    const { apiKeyId } = await minted({ expiresAt: '2126-01-01T00:00:00Z' });
    await app.sql("update api_key set expires_at = now() - interval '1 second' where id = $1", [apiKeyId]);
    const { errors } = await send('apiKeyRotate', { apiKeyId });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^The key expired at /),
        extensions: { code: 'INVALID_INPUT', hint: 'Create another key.' },
      },
    ]);
  });

  test('lets both secrets work during the overlap', async () => {
    const { apiKeyId, secret } = await minted();
    const answer = await send('apiKeyRotate', { apiKeyId });
    expect(answer).toEqual({
      data: {
        apiKeyRotate: {
          secret: expect.stringMatching(/^rollcall_key_[0-9a-f]{16}_[\w-]{43}$/),
          apiKey: keyNamed('Okta'),
        },
      },
    });
    const next = answer.data.apiKeyRotate;
    expect(next.apiKey).toMatchObject({ id: apiKeyId, prefix: next.secret.slice(0, 29) });
    expect([await works(secret), await works(next.secret)]).toEqual([true, true]);
    const lives = await app.sql(
      `select round(extract(epoch from expires_at - now()) / 3600)::integer as hours from api_key_secret
       where api_key_id = $1 order by hours nulls last`,
      [apiKeyId],
    );
    expect(lives).toEqual([{ hours: 24 }, { hours: null }]);
  });

  test('ends the old secret after the overlap', async () => {
    const { apiKeyId, secret } = await minted();
    const next = await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 1 });
    await app.sql(
      "update api_key_secret set expires_at = now() - interval '1 second' where expires_at is not null",
    );
    expect([await works(secret), await works(next.secret)]).toEqual([false, true]);
  });

  test('oldSecretWorksUntil is the end of the overlap, and null outside one', async () => {
    const { apiKeyId } = await minted();
    const until = async (): Promise<string | null> => {
      const { data } = await app.graphql(
        admin.token,
        'query ($id: ID!) { workspace(id: $id) { apiKeys(first: 200) { nodes { id oldSecretWorksUntil } } } }',
        { id: workspaceId },
      );
      const keys: { id: string; oldSecretWorksUntil: string | null }[] = data.workspace.apiKeys.nodes;
      return keys.find(({ id }) => id === apiKeyId)?.oldSecretWorksUntil ?? null;
    };
    expect(await until()).toBeNull();
    const before = Date.now();
    await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 2 });
    const end = Date.parse((await until()) ?? '');
    expect(end).toBeGreaterThanOrEqual(before + 2 * 3_600_000);
    expect(end).toBeLessThanOrEqual(Date.now() + 2 * 3_600_000);
    await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 0 });
    expect(await until()).toBeNull();
  });

  test('without an overlap ends the old secret at once', async () => {
    const { apiKeyId, secret } = await minted();
    expect(await works(secret)).toBe(true);
    const next = await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 0 });
    expect([await works(secret), await works(next.secret)]).toEqual([false, true]);
  });

  test('a second time never extends the life of the first secret', async () => {
    const { apiKeyId, secret } = await minted();
    await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 0 });
    await done(app, admin.token, 'apiKeyRotate', { workspaceId, apiKeyId, overlapHours: 168 });
    expect(await works(secret)).toBe(false);
  });

  test.each([-1, 169])('refuses an overlap of %i hours', async (overlapHours) => {
    const { apiKeyId } = await minted();
    expect(await send('apiKeyRotate', { apiKeyId, overlapHours })).toEqual(
      refused('apiKeyRotate', 'INVALID_INPUT', 'overlapHours must be from 0 to 168.', {
        attribute: 'overlapHours',
      }),
    );
  });
});

describe('rule 25: the end of a key', () => {
  test('apiKeyDelete ends it at once and deletes it', async () => {
    const { apiKeyId, secret } = await minted();
    expect(await works(secret)).toBe(true);
    expect(await send('apiKeyDelete', { apiKeyId })).toEqual({ data: { apiKeyDelete: { apiKeyId } } });
    expect(await works(secret)).toBe(false);
    expect(await keys()).toHaveLength(1);
    for (const name of ['apiKeyDelete', 'apiKeyUpdate', 'apiKeyRotate'] as const) {
      expect(await send(name, { apiKeyId })).toEqual(refusals.noKey(name));
    }
  });

  test('an expired key does not work', async () => {
    const { apiKeyId, secret } = await minted({ expiresAt: '2126-01-01T00:00:00Z' });
    await app.sql("update api_key set expires_at = now() - interval '1 second' where id = $1", [apiKeyId]);
    expect(await works(secret)).toBe(false);
  });
});

test('rule 27: a key keeps working when its creator leaves', async () => {
  const { secret } = await minted();
  await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId: admin.memberId });
  expect(await works(secret)).toBe(true);
});
