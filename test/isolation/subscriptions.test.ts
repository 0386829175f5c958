import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask } from './answers.js';
import type { Sources } from './arguments.js';
import { operationOf, type Question, questionsOf } from './documents.js';
import { type Caller, type Pair, pairOf } from './pair.js';

/** Every field of the root type Subscription. A schema without subscriptions has nothing to ask. */

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const ROOT = SCHEMA.getSubscriptionType();
const QUESTIONS = ROOT ? questionsOf(SCHEMA, ROOT) : [];
const OF_WORKSPACE = QUESTIONS.filter(({ name }) => name.endsWith('(workspaceId=workspace)'));
/** Streams of the caller's own workspace that continue behind an entry of the other. */
const RESUMED = QUESTIONS.filter(({ name, steps }) => steps.length === 1 && name.includes('(after='));

/** A refusal ends its answer. A stream that opens does not, and is a fault here. */
const OPEN_MS = 20_000;

let pair: Pair;

beforeAll(async () => {
  pair = await pairOf('V2');
});

afterEach(() => pair.expectUntouched());

afterAll(() => pair.stop());

/** Asks for a stream with every credential, as both callers do. @param lastEventId of the entry that the header names */
async function expectRefusedAlike(
  questions: readonly Question[],
  lastEventId: (sources: Sources) => string | undefined = () => undefined,
): Promise<void> {
  for (const question of questions) {
    for (const credential of Object.keys(pair.spy.tenant.credentials)) {
      const answer = ({ tenant, sources }: Caller) => {
        const token = tenant.credentials[credential];
        const last = lastEventId(sources);
        return ask(`${pair.app.url}/graphql/stream`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Accept: 'text/event-stream',
            ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
            ...(last === undefined ? {} : { 'Last-Event-ID': last }),
          },
          body: JSON.stringify(operationOf(SCHEMA, 'subscription', [question], sources)),
          signal: AbortSignal.timeout(OPEN_MS),
        });
      };
      const answers = await Promise.all([answer(pair.spy), answer(pair.control)]);
      pair.expectAlike(`${credential}: ${question.name}`, answers);
      if (credential === 'owner' && RESUMED.includes(question))
        expect(answers[0].body).toContain('after is not the id of an entry of this log.');
    }
  }
}

test('every subscription names its workspace, and can be resumed', () => {
  const count = Object.keys(ROOT?.getFields() ?? {}).length;
  expect([OF_WORKSPACE.length, RESUMED.length]).toEqual([count, 2 * count]);
});

test('no stream of another workspace opens, or is refused in other words than one of no workspace', async () => {
  await expectRefusedAlike(OF_WORKSPACE);
});

test('a stream of one workspace does not continue behind an entry of another, as behind one that does not exist', async () => {
  await expectRefusedAlike(RESUMED);
});

test.each(['audit entry', 'scim request'] as const)('nor by the header Last-Event-ID: %s', async (kind) => {
  await expectRefusedAlike(RESUMED, ({ other }) => other[kind]);
});
