import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { done, mutate } from '../http/graphql/operations.js';
import { type Answer, ask } from './answers.js';
import { cursorsOf, type Operation, operationOf, readingsOf } from './documents.js';
import { type Caller, type Pair, pairOf } from './pair.js';
import { absent } from './rows.js';
import { memberOf } from './tenant.js';

/** What two workspaces share: people, addresses, domains. */

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

let pair: Pair;
/** Two people who are members of one of the two workspaces each; the first one is a member of B too. */
const PEOPLE = { spy: 'both@shared.test', control: 'self@shared.test' } as const;
/** The same for people who are removed. */
const LEAVERS = { spy: 'bath@shared.test', control: 'salt@shared.test' } as const;
const WHO = ['spy', 'control'] as const;

beforeAll(async () => {
  pair = await pairOf('V2', { sharing: [PEOPLE.spy, LEAVERS.spy] });
  for (const who of WHO) {
    const { workspaceId } = pair[who].tenant;
    const access = { roleAccess: { role: 'ADMIN' } };
    for (const userName of [PEOPLE[who], LEAVERS[who]]) {
      await done(pair.app, pair.app.operatorToken, 'memberAdd', { workspaceId, userName, access });
      await pair.app.session(userName);
    }
  }
});

afterEach(() => pair.expectUntouched());

afterAll(() => pair.stop());

function graphql(token: string | undefined, operation: Operation): Promise<Answer> {
  return ask(`${pair.app.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(operation),
  });
}

/** The answer as it reads for either of the two people. */
function impersonal(answer: Answer): Answer {
  const body = WHO.reduce(
    (text, who) => text.replaceAll(PEOPLE[who], 'person').replaceAll(LEAVERS[who], 'leaver'),
    answer.body,
  );
  return { ...answer, body };
}

/** Both do the same, each in their own workspace. */
async function expectAlike(label: string, act: (caller: Caller) => Promise<Answer>): Promise<void> {
  const told = await act(pair.spy);
  const untold = await act(pair.control);
  pair.expectAlike(label, [impersonal(told), impersonal(untold)]);
  for (const name of ['bravo', pair.victim.workspaceId]) expect(told.body).not.toContain(name);
}

describe('somebody who is a member of another workspace too', () => {
  const readers: Readonly<Record<string, (caller: Caller, email: string) => Promise<string | undefined>>> = {
    'an owner': async ({ tenant }) => tenant.credentials.owner,
    'a key with every scope': async ({ tenant }) => tenant.key,
    'the person, through the provider': ({ tenant }, email) =>
      pair.app.providerSession(email, tenant.workspaceId),
    'the person, by a mail for this workspace': ({ tenant }, email) =>
      pair.app.mailSession(email, tenant.workspaceId),
  };

  test.each(Object.entries(readers))('every field reads the same for %s', async (_name, tokenOf) => {
    const callers = new Map<Caller, { readonly token: string | undefined; readonly member: string }>();
    for (const who of WHO) {
      const caller = pair[who];
      const member = await memberOf(pair.app, caller.tenant.workspaceId, PEOPLE[who]);
      callers.set(caller, { token: await tokenOf(caller, PEOPLE[who]), member });
    }
    for (const question of readingsOf(SCHEMA)) {
      await expectAlike(question.name, (caller) => {
        const { token, member = '' } = callers.get(caller) ?? {};
        const own = { ...caller.sources.own, member };
        return graphql(token, operationOf(SCHEMA, 'query', [question], { ...caller.sources, own }));
      });
    }
  });

  test('the account is shown as this workspace knows it: without age, in the spelling that came here', async () => {
    const query = `mutation ($input: MemberAddInput!) {
      memberAdd(input: $input) { member { account { id email createdAt } } } }`;
    const ids = [];
    for (const who of WHO) {
      const { tenant, sources } = pair[who];
      const userName = sources.other.userName.replace('okta', 'OKTA');
      const input = { workspaceId: tenant.workspaceId, userName };
      const answer = await pair.app.graphql(tenant.credentials.owner, query, { input });
      const { account } = answer.data.memberAdd.member;
      expect(account).toEqual({ id: expect.any(String), email: userName, createdAt: null });
      // Version 4: it has no time in it.
      expect(account.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4/);
      ids.push(account.id);
    }
    const { owner } = pair.spy.tenant.credentials;
    const nodes = await pair.app.graphql(owner, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(nodes).toEqual({ data: { nodes: [null, null] } });
  });

  test('rule 32: their provider may not tell since when the platform knows them', async () => {
    const query = '{ viewer { account { email createdAt } } }';
    for (const who of WHO) {
      const { workspaceId } = pair[who].tenant;
      const bound = await pair.app.graphql(await pair.app.providerSession(PEOPLE[who], workspaceId), query);
      expect(bound.data.viewer.account).toEqual({ email: PEOPLE[who], createdAt: null });
      const free = await pair.app.graphql(await pair.app.session(PEOPLE[who]), query);
      expect(free.data.viewer.account).toEqual({ email: PEOPLE[who], createdAt: expect.any(String) });
    }
  });

  test('rules 16, 35: ending their sessions and removing them ends nothing elsewhere', async () => {
    for (const who of WHO) {
      const { workspaceId, credentials } = pair[who].tenant;
      const memberId = await memberOf(pair.app, workspaceId, LEAVERS[who]);
      const query =
        'mutation ($input: MemberSessionsEndInput!) { memberSessionsEnd(input: $input) { ended } }';
      const answer = await pair.app.graphql(credentials.owner, query, { input: { workspaceId, memberId } });
      expect(answer).toEqual({ data: { memberSessionsEnd: { ended: 1 } } });
      await pair.expectUntouched();
      await done(pair.app, String(credentials.owner), 'memberRemove', { workspaceId, memberId });
      await pair.expectUntouched();
      await done(pair.app, String(credentials.owner), 'memberDelete', { workspaceId, memberId });
    }
  });
});

describe('cursors', () => {
  test('a cursor of another workspace continues no list that one of nothing would not', async () => {
    const tried = [];
    for (const { name, list, after } of cursorsOf(SCHEMA)) {
      const sources = { own: pair.spy.sources.other, other: pair.spy.sources.other };
      const { query, variables } = operationOf(SCHEMA, 'query', [list], sources);
      const foreign = await pair.app.graphql(pair.app.operatorToken, query, variables);
      const [, cursor] = /"startCursor":"([^"]+)"/.exec(JSON.stringify(foreign)) ?? [];
      if (cursor === undefined) continue;
      tried.push(name);
      const cursors = { spy: cursor, control: forged(cursor) };
      await expectAlike(name, (caller) => {
        const value = caller === pair.spy ? cursors.spy : cursors.control;
        return graphql(
          caller.tenant.credentials.owner,
          operationOf(SCHEMA, 'query', [after(value)], caller.sources),
        );
      });
    }
    expect(tried).toEqual(
      expect.arrayContaining(['Workspace.members', 'Workspace.auditLog', 'ScimEndpoint.requests']),
    );
  });

  /** The same place in the list, with the id of nothing. */
  function forged(cursor: string): string {
    const [mark, id, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const other = typeof key === 'string' ? absent(key, 'bravo') : key;
    return Buffer.from(JSON.stringify([mark, absent(id), other])).toString('base64url');
  }
});

describe('single sign-on', () => {
  test('rule 42: a domain that another workspace has verified is added and refused as any other', async () => {
    const answers = [];
    for (const who of WHO) {
      const { tenant, sources } = pair[who];
      const owner = String(tenant.credentials.owner);
      const { workspaceId } = tenant;
      const { domain } = await done(pair.app, owner, 'ssoDomainAdd', {
        workspaceId,
        domain: sources.other.ssoDomain,
      });
      expect(domain).toMatchObject({ verifiedAt: null });
      const refusal = await mutate(pair.app, owner, 'ssoDomainVerify', {
        workspaceId,
        domainId: domain.id,
        proof: 'DNS',
      });
      answers.push({ status: 200, headers: {}, body: JSON.stringify(refusal) });
    }
    const [told, untold] = answers;
    if (told === undefined || untold === undefined) throw new Error('two domains were added');
    pair.expectAlike('ssoDomainVerify', [told, untold]);
    expect(told.body).toContain('has no TXT record');
  });
});

describe('requests', () => {
  test('a client does not choose the id of its request, and so cannot take that of another one', async () => {
    const { requestId } = pair.spy.sources.other;
    const response = await fetch(`${pair.app.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Request-Id': requestId,
        Authorization: `Bearer ${pair.spy.tenant.credentials.owner}`,
      },
      body: JSON.stringify({ query: '{ viewer { label } }' }),
    });
    expect(response.headers.get('x-request-id')).not.toBe(requestId);
  });

  test('rule 23: an idempotency key of another workspace is not spent', async () => {
    for (const who of WHO) {
      const { tenant, sources } = pair[who];
      const memberId = sources.own.member;
      const input = {
        workspaceId: tenant.workspaceId,
        memberId,
        amount: 1,
        idempotencyKey: sources.other.idempotencyKey,
      };
      const answer = await mutate(pair.app, tenant.key, 'creditsConsume', input);
      expect(answer.data?.creditsConsume).toMatchObject({ replayed: false });
    }
  });
});
