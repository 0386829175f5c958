import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Request } from 'autocannon';
import { createDatabase } from '../database.ts';
import { activation, eqFilter, newUser, ROLLCALL_USER, type ScimSide } from '../operations.ts';
import { type SampleMember, seed } from '../seed.ts';
import { startServer } from '../server-process.ts';
import { seedBetterAuth } from './better-auth-seed.ts';
import { scimmyPeer } from './peer.ts';

/**
 * Proves that the peers do what they are measured at: each operation once, and what it has changed read again. Exits
 * with 1 when one does not. `--members` says how many there are.
 */

/** What is looked at of an answer: a user, or a list of them. */
interface Body {
  readonly id?: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly active?: boolean;
  readonly [ROLLCALL_USER]?: object;
  readonly totalResults?: number;
  readonly startIndex?: number;
  readonly Resources?: readonly Body[];
}

interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** What the peers do not have in common. */
interface Checked {
  readonly name: string;
  readonly url: string;
  readonly peer: ScimSide;
  /** What a created user has of Rollcall's extension. */
  readonly extension: object | undefined;
}

const MEMBERS = 1000;

/** What has been started, for the end; the last first. */
const started: (() => Promise<void>)[] = [];
try {
  const database = await createDatabase(process.env.BENCH_DATABASE_URL);
  started.push(database.drop);
  const { target } = database;
  const scimmy = scimmyPeer(await seed(target, MEMBERS));
  const betterAuth = await seedBetterAuth(target, MEMBERS);
  const log = openSync(devNull, 'w');
  const start = async (file: string) => {
    const server = await startServer(file, { target, poolSize: 4 }, log);
    started.push(server.stop);
    return server.url;
  };
  const failed = [
    ...(await failures({
      name: 'scimmy',
      url: await start('peers/scimmy-server.ts'),
      peer: scimmy,
      extension: { role: 'editor', creditLimit: 500 },
    })),
    ...(await failures({
      name: 'better-auth',
      url: await start('peers/better-auth-server.ts'),
      peer: betterAuth,
      extension: undefined,
    })),
  ];
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  for (const stop of started.reverse()) await stop();
}

/** Tries everything, tells how it went, and gives the names of what went wrong. */
async function failures({ name, url, peer, extension }: Checked): Promise<string[]> {
  const { usersPath, sample, bodyOf } = peer;
  const headers = { Authorization: peer.authorization, Accept: 'application/scim+json' };
  const get = (path: string) => send(url, { method: 'GET', path: `${usersPath}${path}`, headers });
  const sendUser = (method: string, path: string, user: string) =>
    send(url, {
      method,
      path: `${usersPath}${path}`,
      headers: { ...headers, 'Content-Type': 'application/scim+json; charset=utf-8' },
      body: user,
    });
  const okta = (userName: string) => bodyOf(newUser(userName));

  const user = await active(sample, get);
  const added = 'added@acme.test';
  const operations: Record<string, () => Promise<void>> = {
    async 'without the token'() {
      const { status } = await send(url, { method: 'GET', path: `${usersPath}/${user.id}`, headers: {} });
      assert.equal(status, 401);
    },
    async get() {
      const { status, body } = await get(`/${user.id}`);
      assert.deepEqual([status, body.id, body.userName], [200, user.id, user.userName]);
    },
    async filter() {
      const { status, body } = await get(`?${eqFilter(user.userName)}`);
      assert.deepEqual([status, body.totalResults, idsOf(body)], [200, 1, [user.id]]);
      assert.deepEqual(idsOf((await get(`?${eqFilter('nobody@acme.test')}`)).body), []);
    },
    async page() {
      const { status, body } = await get('?startIndex=1&count=100');
      assert.deepEqual([status, body.totalResults, body.startIndex], [200, MEMBERS, 1]);
      assert.equal(new Set(idsOf(body)).size, 100);
    },
    async 'page-middle'() {
      const first = idsOf((await get('?startIndex=1&count=100')).body);
      const { status, body } = await get('?startIndex=501&count=100');
      assert.deepEqual([status, body.totalResults, body.startIndex], [200, MEMBERS, 501]);
      assert.equal(new Set([...first, ...idsOf(body)]).size, 200);
      assert.equal(idsOf((await get('?startIndex=951&count=100')).body).length, 50);
    },
    async create() {
      const { status, body } = await sendUser('POST', '', okta(added));
      assert.deepEqual([status, body.userName, body.active], [201, added, true]);
      assert.deepEqual(body[ROLLCALL_USER], extension);
      assert.deepEqual(idsOf((await get(`?${eqFilter(added)}`)).body), [body.id]);
      assert.deepEqual((await get(`/${body.id}`)).body, body);
      assert.equal((await sendUser('POST', '', okta(added))).status, 409);
      // The seeded users are found by the same key.
      assert.equal((await sendUser('POST', '', okta(user.userName))).status, 409);
    },
    async replace() {
      const changed = { ...JSON.parse(okta(user.userName)), displayName: 'Somebody Else' };
      const { status, body } = await sendUser('PUT', `/${user.id}`, JSON.stringify(changed));
      assert.deepEqual([status, body.id, body.userName], [200, user.id, user.userName]);
      assert.deepEqual([body.displayName, body[ROLLCALL_USER]], ['Somebody Else', extension]);
      assert.deepEqual((await get(`/${user.id}`)).body, body);
    },
    async deactivate() {
      for (const active of [false, true, false]) {
        const { status, body } = await sendUser('PATCH', `/${user.id}`, activation(active));
        assert.deepEqual([status, body.id, body.active], [200, user.id, active]);
        assert.equal((await get(`/${user.id}`)).body.active, active);
      }
    },
    async 'many at once'() {
      const pairs = sample.slice(0, 20).flatMap(({ id }) => [id, id]);
      const patched = pairs.map((id, index) => sendUser('PATCH', `/${id}`, activation(index % 2 === 0)));
      const created = pairs.map((_, index) => sendUser('POST', '', okta(`many${index}@acme.test`)));
      const statuses = (await Promise.all([...patched, ...created])).map(({ status }) => status);
      assert.deepEqual(
        [...new Set(statuses)].filter((status) => ![200, 201, 204].includes(status)),
        [],
      );
    },
  };

  const failed: string[] = [];
  for (const [operation, check] of Object.entries(operations)) {
    try {
      await check();
      console.log(`${name} ${operation}: right`);
    } catch (error) {
      failed.push(operation);
      console.log(`${name} ${operation}: wrong, ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed;
}

/** The first of the sample that is active. */
async function active(
  sample: readonly SampleMember[],
  get: (path: string) => Promise<Answer>,
): Promise<SampleMember> {
  for (const member of sample) {
    if (member.userName.startsWith('user') && (await get(`/${member.id}`)).body.active === true)
      return member;
  }
  throw new Error('Nobody is active.');
}

function idsOf({ Resources = [] }: Body): (string | undefined)[] {
  return Resources.map(({ id }) => id);
}

async function send(server: string, { method, path, headers, body }: Request): Promise<Answer> {
  const response = await fetch(`${server}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}
