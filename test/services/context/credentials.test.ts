import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Database } from '../../../src/database/database.js';
import type { Listening } from '../../../src/database/listening.js';
import { connect } from '../../../src/database/orm.js';
import * as apiKeys from '../../../src/services/api-keys.js';
import { Credentials } from '../../../src/services/context/credentials.js';
import type { ServiceContext } from '../../../src/services/context/service-context.js';
import { localContext } from '../../../src/services/context/system.js';
import { create as createSession } from '../../../src/services/sessions/create.js';
import { end as endSession } from '../../../src/services/sessions/end.js';
import {
  create as createWorkspace,
  update as updateWorkspace,
} from '../../../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';

/** Rule 26, and the caches of two processes that serve one database. */

type KeyTarget = Parameters<typeof apiKeys.remove>[1];

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let workspaceId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
  const { workspace } = await createWorkspace(context(), {
    name: 'Acme',
    version: 'V2',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: 'olivia@acme.test',
  });
  workspaceId = workspace.id;
});

afterAll(async () => {
  await orm.close();
  await testDatabase.drop();
});

function context(): ServiceContext {
  return localContext(database, 'SYSTEM');
}

let here: Credentials;
let elsewhere: Credentials;

beforeEach(() => {
  here = new Credentials(database, 'operator-token');
  elsewhere = new Credentials(database, undefined);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await database.rows('delete from api_key', []);
});

async function minted(): Promise<apiKeys.MintedKey> {
  return apiKeys.create(context(), { workspaceId, name: 'Okta', scopes: ['SCIM'] });
}

describe('the actor of a credential', () => {
  test('is the operator for the operator token, where one is set', async () => {
    expect(await here.verify('operator-token', '10.0.0.1')).toEqual({ type: 'OPERATOR' });
    expect(await elsewhere.verify('operator-token', '10.0.0.1')).toBeNull();
  });

  test('is a key with its workspace', async () => {
    const { apiKey, secret } = await minted();
    expect(await here.verify(secret, '10.0.0.1')).toEqual({
      type: 'API_KEY',
      apiKeyId: apiKey.id,
      name: 'Okta',
      scopes: ['SCIM'],
      workspace: {
        id: workspaceId,
        name: 'Acme',
        version: 'V2',
        plan: 'ENTERPRISE',
        scimEnabled: true,
        defaultRole: 'VIEWER',
        defaultSeatType: null,
        defaultCreditLimit: null,
        monthlyCredits: null,
        revision: 1,
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
      },
    });
  });

  test('is a person', async () => {
    const { sessionId, token, expiresAt } = await createSession(context(), { email: 'olivia@acme.test' });
    expect(await here.verify(token, '10.0.0.1')).toEqual({
      type: 'PERSON',
      accountId: expect.any(String),
      email: 'olivia@acme.test',
      sessionId,
      method: 'OPERATOR',
      workspaceId: null,
      expiresAt,
      // Rule 33: 12 hours without use.
      idleEndsAt: expect.any(Date),
    });
  });

  test.each([
    '',
    'x',
    'operator-toke',
    'operator-token ',
    'rollcall_key_',
    `rollcall_key_0123456789abcdef_${'a'.repeat(43)}`,
  ])('is unknown for %j', async (credential) => {
    expect(await here.verify(credential, '10.0.0.1')).toBeNull();
  });

  test('is unknown for a secret with the lookup of another', async () => {
    const [one, other] = [await minted(), await minted()];
    const mixed = `${one.secret.slice(0, 29)}${other.secret.slice(29)}`;
    expect(await here.verify(mixed, '10.0.0.1')).toBeNull();
  });
});

describe('caching', () => {
  test('a credential is read from the database once a second', async () => {
    const { secret } = await minted();
    const rows = vi.spyOn(database, 'rows');
    await here.verify(secret, '10.0.0.1');
    const asked = rows.mock.calls.length;
    expect(asked).toBeGreaterThan(0);
    await here.verify(secret, '10.0.0.1');
    expect(rows.mock.calls.length).toBe(asked);
  });

  test('a wrong credential is read each time, and not cached', async () => {
    const { secret } = await minted();
    const wrong = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
    const rows = vi.spyOn(database, 'rows');
    await here.verify(wrong, '10.0.0.1');
    await here.verify(wrong, '10.0.0.1');
    expect(rows.mock.calls.length).toBe(2);
  });

  test('concurrent requests with one credential share one read', async () => {
    const { secret } = await minted();
    const asked = vi.spyOn(database, 'rows');
    const actors = await Promise.all(Array.from({ length: 20 }, () => here.verify(secret, '10.0.0.1')));
    await here.settled();
    expect(new Set(actors).size).toBe(1);
    expect(actors).not.toContain(null);
    // One statement reads the key, and one writes its use.
    expect(asked).toHaveBeenCalledTimes(2);
  });

  test('a request after a revocation reads again, also while earlier requests wait', async () => {
    const { secret } = await minted();
    const asked = vi.spyOn(database, 'rows');
    const before = here.verify(secret, '10.0.0.1');
    here.forget();
    const after = here.verify(secret, '10.0.0.1');
    expect(await before).toEqual(await after);
    expect(asked.mock.calls.filter(([text]) => text.includes('lookup'))).toHaveLength(2);
  });

  test('a key that another process deletes works for at most a second without a notification', async () => {
    const { apiKey, secret } = await minted();
    expect(await here.verify(secret, '10.0.0.1')).not.toBeNull();
    await apiKeys.remove(context(), { workspaceId, apiKeyId: apiKey.id });
    expect(await elsewhere.verify(secret, '10.0.0.1')).toBeNull();
    await vi.waitFor(async () => expect(await here.verify(secret, '10.0.0.1')).toBeNull(), {
      timeout: 2000,
      interval: 100,
    });
  });

  describe('a process that listens', () => {
    let listening: Listening;

    beforeEach(async () => {
      listening = await database.listen(here.heard);
      // Cached credentials do not expire, because the clock stands still.
      vi.spyOn(performance, 'now').mockReturnValue(1);
    });

    afterEach(async () => {
      await listening.stop();
    });

    test.each([
      ['deletes', (target: KeyTarget) => apiKeys.remove(context(), target)],
      ['disables', (target: KeyTarget) => apiKeys.update(context(), { ...target, enabled: false })],
    ])('forgets a key when another process %s it', async (_what, revoke) => {
      const { apiKey, secret } = await minted();
      expect(await here.verify(secret, '10.0.0.1')).not.toBeNull();
      await revoke({ workspaceId, apiKeyId: apiKey.id });
      await expect.poll(() => here.verify(secret, '10.0.0.1')).toBeNull();
    });

    test('forgets a session when it ends', async () => {
      const { sessionId, token } = await createSession(context(), { email: 'olivia@acme.test' });
      expect(await here.verify(token, '10.0.0.1')).not.toBeNull();
      await endSession(context(), { sessionId });
      await expect.poll(() => here.verify(token, '10.0.0.1')).toBeNull();
    });

    test('forgets a workspace when its settings change', async () => {
      const { secret } = await minted();
      const name = `Acme ${secret.slice(-6)}`;
      await here.verify(secret, '10.0.0.1');
      await updateWorkspace(context(), { workspaceId, name });
      await expect.poll(() => here.verify(secret, '10.0.0.1')).toMatchObject({ workspace: { name } });
    });

    test('forgets everything when its connection breaks, and listens again', async () => {
      const { apiKey, secret } = await minted();
      await here.verify(secret, '10.0.0.1');
      const ended = await database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'",
        [],
      );
      expect(ended).toHaveLength(1);
      const forget = vi.spyOn(here, 'forget');
      await expect.poll(() => forget.mock.calls.length).toBe(1);
      expect(await here.verify(secret, '10.0.0.1')).not.toBeNull();
      await apiKeys.remove(context(), { workspaceId, apiKeyId: apiKey.id });
      await expect.poll(() => here.verify(secret, '10.0.0.1')).toBeNull();
    });
  });
});

describe('rule 25: last use', () => {
  async function lastUse(id: string): Promise<unknown> {
    return (
      await database.rows('select last_used_at as at, last_used_from as from from api_key where id = $1', [
        id,
      ])
    )[0];
  }

  test('is written once in ten seconds, and when the address changes', async () => {
    const { apiKey, secret } = await minted();
    expect(await lastUse(apiKey.id)).toEqual({ at: null, from: null });
    await here.verify(secret, '10.0.0.1');
    await here.settled();
    const first = await lastUse(apiKey.id);
    expect(first).toEqual({ at: expect.any(Date), from: '10.0.0.1' });
    await elsewhere.verify(secret, '10.0.0.1');
    await elsewhere.settled();
    expect(await lastUse(apiKey.id)).toEqual(first);
    elsewhere.forget();
    await elsewhere.verify(secret, '10.0.0.2');
    await elsewhere.settled();
    expect(await lastUse(apiKey.id)).toMatchObject({ from: '10.0.0.2' });
    await database.rows("update api_key set last_used_at = now() - interval '11 seconds'", []);
    elsewhere.forget();
    const old = await lastUse(apiKey.id);
    await elsewhere.verify(secret, '10.0.0.2');
    await elsewhere.settled();
    expect(await lastUse(apiKey.id)).not.toEqual(old);
  });
});
