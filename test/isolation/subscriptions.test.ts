import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask } from './answers.js';
import { operationOf, questionsOf } from './documents.js';
import { type Caller, type Pair, pairOf } from './pair.js';

/** Every field of the root type Subscription. A schema without subscriptions has nothing to ask. */

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const ROOT = SCHEMA.getSubscriptionType();
const QUESTIONS = ROOT
  ? questionsOf(SCHEMA, ROOT).filter(({ name }) => name.endsWith('(workspaceId=workspace)'))
  : [];

/** A refusal ends its answer. A stream that opens does not, and is a fault here. */
const OPEN_MS = 20_000;

let pair: Pair;

beforeAll(async () => {
  pair = await pairOf('V2');
});

afterEach(() => pair.expectUntouched());

afterAll(() => pair.stop());

test('every subscription names its workspace', () => {
  expect(QUESTIONS).toHaveLength(Object.keys(ROOT?.getFields() ?? {}).length);
});

test('no stream of another workspace opens, or is refused in other words than one of no workspace', async () => {
  for (const question of QUESTIONS) {
    for (const credential of Object.keys(pair.spy.tenant.credentials)) {
      const answer = ({ tenant, sources }: Caller) => {
        const token = tenant.credentials[credential];
        return ask(`${pair.app.url}/graphql/stream`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Accept: 'text/event-stream',
            ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify(operationOf(SCHEMA, 'subscription', [question], sources)),
          signal: AbortSignal.timeout(OPEN_MS),
        });
      };
      const answers = await Promise.all([answer(pair.spy), answer(pair.control)]);
      pair.expectAlike(`${credential}: ${question.name}`, answers);
    }
  }
});
