import { expect, test } from 'vitest';
import { arrayOf, text } from '../../src/database/column-types.js';
import type { Sql } from '../../src/database/database.js';
import { type Write, WriteQueues } from '../../src/database/write-queues.js';
import { UnavailableError } from '../../src/domain/errors.js';

/** A statement over arrays: of ids, and of whether the write is refused. */
const STATEMENT = {
  name: 'test.write',
  text: 'write',
  parameters: { ids: arrayOf(text), outcomes: arrayOf(text) },
  bind: Object.values,
};

/** A database that answers when it is told to, and records which writes each execution has. */
class HeldDatabase implements Sql {
  readonly executions: string[][] = [];
  #answers: (() => void)[] = [];

  async rows<Row>(_text: string, [ids = [], outcomes = []]: readonly unknown[]): Promise<Row[]> {
    this.executions.push([...(ids as string[])]);
    await new Promise<void>((resolve) => this.#answers.push(resolve));
    const refused = (outcomes as string[]).find((outcome) => outcome !== 'written' && outcome !== 'left out');
    if (refused === 'unavailable') throw new UnavailableError('away', 5);
    if (refused !== undefined) throw new Error(refused);
    const written = (ids as string[]).filter((_, index) => (outcomes as string[])[index] === 'written');
    return written.map((id) => ({ id })) as Row[];
  }

  /** Answers all executions that have begun, and those that begin then. */
  async answerAll(): Promise<void> {
    while (this.#answers.length > 0) {
      const answers = this.#answers;
      this.#answers = [];
      for (const answer of answers) answer();
      await new Promise(setImmediate);
    }
  }
}

function write(id: string, outcome = 'written', more: Partial<Write> = {}): Write {
  return { id, workspaceId: 'acme', values: [id, outcome], conflicts: [], ...more };
}

function start(writes: readonly Write[]) {
  const database = new HeldDatabase();
  const queues = new WriteQueues();
  const results = Promise.allSettled(writes.map((one) => queues.write(database, STATEMENT, one)));
  return { database, results };
}

/** The results by the ids of the rows, or by the messages of the errors. */
function shown(results: readonly PromiseSettledResult<{ readonly id: string } | undefined>[]) {
  return results.map((one) => (one.status === 'fulfilled' ? one.value?.id : String(one.reason.message)));
}

test('the first write runs at once; those that arrive while it runs are one execution', async () => {
  const { database, results } = start(['a', 'b', 'c', 'd'].map((id) => write(id)));
  expect(database.executions).toEqual([['a']]);
  await database.answerAll();
  expect(database.executions).toEqual([['a'], ['b', 'c', 'd']]);
  expect(shown(await results)).toEqual(['a', 'b', 'c', 'd']);
});

test('a write that the statement leaves out has no row', async () => {
  const { database, results } = start([write('a'), write('b', 'left out'), write('c')]);
  await database.answerAll();
  expect(shown(await results)).toEqual(['a', undefined, 'c']);
});

test('writes that conflict run in the order in which they arrived', async () => {
  const of = (id: string, ...conflicts: string[]) => write(id, 'written', { conflicts });
  const { database } = start([
    of('a'),
    of('b', 'ann'),
    of('c', 'ann', 'ben'),
    of('d', 'ben'),
    of('e', 'cleo'),
  ]);
  await database.answerAll();
  expect(database.executions).toEqual([['a'], ['b', 'e'], ['c'], ['d']]);
});

test('a write that makes the statement fail does not affect the others', async () => {
  const { database, results } = start([write('a'), write('b'), write('c', 'a duplicate'), write('d')]);
  await database.answerAll();
  expect(database.executions).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
  expect(shown(await results)).toEqual(['a', 'b', 'a duplicate', 'd']);
});

test('a fault of the database is the result of every write, without a repetition', async () => {
  const { database, results } = start([write('a'), write('b', 'unavailable'), write('c')]);
  await database.answerAll();
  expect(database.executions).toEqual([['a'], ['b', 'c']]);
  expect(shown(await results)).toEqual(['a', 'away', 'away']);
});

test('writes of different workspaces are not combined, and do not wait for each other', async () => {
  const { database } = start([
    write('a'),
    write('b', 'written', { workspaceId: 'other' }),
    write('c'),
    write('d', 'written', { workspaceId: 'other' }),
  ]);
  expect(database.executions).toEqual([['a'], ['b']]);
  await database.answerAll();
  expect(database.executions).toEqual([['a'], ['b'], ['c'], ['d']]);
});

test('an execution has at most 100 writes', async () => {
  const { database } = start(Array.from({ length: 202 }, (_, index) => write(String(index))));
  await database.answerAll();
  expect(database.executions.map((ids) => ids.length)).toEqual([1, 100, 100, 1]);
});
