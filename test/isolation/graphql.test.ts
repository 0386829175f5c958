import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WORKSPACE_VERSIONS } from '../../src/domain/access.js';
import { ask } from './answers.js';
import { commandsOf, operationOf, type Question, questionsOf } from './documents.js';
import { type Caller, type Pair, pairOf } from './pair.js';

/**
 * What a tenant can't have looks exactly like what does not exist: for every field and argument of the schema, generated
 * from it. Whoever adds an ID argument is told by a failing test to say what it identifies.
 */

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** As many, and as long a text, as the limits of cost and of fields allow. */
const AT_ONCE = 6;
const MOST_CHARACTERS = 8000;

/** Hundreds of questions by every credential: long on a busy machine. */
const PATIENCE = { timeout: 300_000 };

/** Who asks the hundreds of questions of filters and profiles, for which rights no longer matter. */
const DEEPLY = { V1: 'key with all scopes', V2: 'owner' } as const;

/** Questions that are asked in one request, and its body as each of the two callers sends it. */
interface Batch {
  readonly label: string;
  readonly spy: string;
  readonly control: string;
}

describe.each(WORKSPACE_VERSIONS)('on %s', (version) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await pairOf(version);
  });

  afterEach(() => pair.expectUntouched());

  afterAll(() => pair.stop());

  function send({ tenant }: Caller, credential: string, body: string) {
    const token = tenant.credentials[credential];
    return ask(`${pair.app.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body,
    });
  }

  function batchesOf(kind: 'query' | 'mutation', questions: readonly Question[]): Batch[] {
    const operation = (some: readonly Question[], { sources }: Caller) =>
      operationOf(SCHEMA, kind, some, sources);
    const batches: Question[][] = [];
    for (const question of questions) {
      const batch = batches.at(-1) ?? [];
      const { query } = operation([...batch, question], pair.spy);
      if (batch.length > 0 && batch.length < AT_ONCE && query.length <= MOST_CHARACTERS) batch.push(question);
      else batches.push([question]);
    }
    return batches.map((some) => ({
      label: some.map(({ name }) => name).join(', '),
      spy: JSON.stringify(operation(some, pair.spy)),
      control: JSON.stringify(operation(some, pair.control)),
    }));
  }

  async function expectAlike(kind: 'query' | 'mutation', questions: readonly Question[]): Promise<void> {
    const all = batchesOf(kind, questions);
    const few = batchesOf(
      kind,
      questions.filter(({ deep }) => !deep),
    );
    for (const credential of Object.keys(pair.spy.tenant.credentials)) {
      for (const { label, spy, control } of credential === DEEPLY[version] ? all : few) {
        const answers = await Promise.all([
          send(pair.spy, credential, spy),
          send(pair.control, credential, control),
        ]);
        pair.expectAlike(`${credential}: ${label}`, answers);
        // A batch that is refused as a whole asks nothing.
        expect(JSON.parse(answers[0].body), answers[0].body).toHaveProperty('data');
      }
    }
  }

  test('no field tells another workspace from one that does not exist', PATIENCE, async () => {
    await expectAlike('query', questionsOf(SCHEMA));
  });

  test('no mutation reads, changes or tells apart', PATIENCE, async () => {
    const commands = commandsOf(SCHEMA, SCHEMA.getMutationType() as GraphQLObjectType);
    await expectAlike('mutation', commands);
  });
});
