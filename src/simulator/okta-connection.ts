import { randomUUID } from 'node:crypto';
import { query } from './client.js';
import { errorProblems, identityProblems, idsIn, listProblems } from './expectations.js';
import { objectsAt, valueAt } from './json-values.js';
import { type PersonRun, pathOf } from './person-run.js';
import type { Step, StepOutcome } from './scenario.js';

/** Okta's import and its search for a user ask for pages of this size. */
export const PAGE_SIZE = 100;

/**
 * The button "Test API Credentials", which saving the settings presses too. Okta does not continue when it fails.
 */
export const testCredentials: Step<PersonRun> = {
  name: 'test credentials',
  async play({ client, verdict }): Promise<StepOutcome> {
    const users = await client.send('GET', `/Users${query({ startIndex: 1, count: 2 })}`);
    const answer = verdict.check('test credentials: the first users', users, (received) =>
      listProblems(received, { startIndex: 1, count: 2 }),
    );
    if (answer?.status !== 200) return 'stop';
    const groups = await client.send('GET', `/Groups${query({ startIndex: 1, count: PAGE_SIZE })}`);
    verdict.check('test credentials: the groups, as older apps ask', groups, (received) =>
      listProblems(received, { startIndex: 1, count: PAGE_SIZE }),
    );
    return 'continue';
  },
};

/** The error answers that Okta shows to an administrator or relies on. */
export const refusals: Step<PersonRun> = {
  name: 'errors',
  async play({ client, verdict }): Promise<StepOutcome> {
    const unknown = await client.send('GET', pathOf(randomUUID()));
    verdict.check('errors: an unknown id', unknown, (answer) => errorProblems(answer, 404));
    const locked = await client.send('GET', `/Users${query({ startIndex: 1, count: 2 })}`, {
      authorization: `not-a-key-${randomUUID()}`,
    });
    verdict.check('errors: an invalid key', locked, (answer) => errorProblems(answer, 401));
    const malformed = query({ filter: 'userName eq', startIndex: 1, count: PAGE_SIZE });
    verdict.check('errors: a malformed filter', await client.send('GET', `/Users${malformed}`), (answer) =>
      errorProblems(answer, 400, 'invalidFilter'),
    );
    return 'continue';
  },
};

/**
 * The import: every page, then the first page once more, since Okta relies on a stable order.
 */
export const importUsers: Step<PersonRun> = {
  name: 'import',
  async play(run): Promise<StepOutcome> {
    const seen = new Set<string>();
    const first = await importPage(run, 1, undefined, seen);
    let read = first.ids.length;
    // The first page's total is the end, so that a server whose total grows with every answer ends the loop too.
    while (first.total !== undefined && read < first.total) {
      const page = await importPage(run, read + 1, first.total, seen);
      if (page.ids.length === 0) break;
      read += page.ids.length;
    }
    const again = await run.client.send('GET', `/Users${query({ startIndex: 1, count: PAGE_SIZE })}`);
    run.verdict.check('import: the first page again', again, (answer) => {
      const problems = listProblems(answer, { startIndex: 1, count: PAGE_SIZE });
      const sameOrder = idsIn(answer).join('\n') === first.ids.join('\n');
      return problems.length > 0 || sameOrder ? problems : ['the order differs from that of the first time'];
    });
    return 'continue';
  },
};

interface ImportedPage {
  readonly ids: readonly string[];
  readonly total: number | undefined;
}

async function importPage(
  { client, verdict }: PersonRun,
  startIndex: number,
  total: number | undefined,
  seen: Set<string>,
): Promise<ImportedPage> {
  const exchange = await client.send('GET', `/Users${query({ startIndex, count: PAGE_SIZE })}`);
  const answer = verdict.check(`import: from ${startIndex}`, exchange, (received) => {
    const problems = listProblems(received, { startIndex, count: PAGE_SIZE });
    if (received.status !== 200) return problems;
    const users = objectsAt(received.body, ['Resources']);
    const ids = idsIn(received);
    const repeated = ids.filter((id, index) => seen.has(id) || ids.indexOf(id) !== index);
    const totalNow = valueAt(received.body, ['totalResults']);
    const ended = total !== undefined && ids.length === 0;
    return [
      ...problems,
      ...new Set(users.flatMap(identityProblems)),
      ...(repeated.length > 0
        ? [`${repeated.length} users are repeated from an earlier page or position`]
        : []),
      ...(total !== undefined && totalNow !== total ? [`totalResults was ${total} on the first page`] : []),
      ...(ended ? [`the page is empty, although totalResults is ${total}`] : []),
    ];
  });
  const ids = idsIn(answer);
  for (const id of ids) seen.add(id);
  const totalNow = valueAt(answer?.body, ['totalResults']);
  return { ids, total: typeof totalNow === 'number' ? totalNow : undefined };
}
