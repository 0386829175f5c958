import type { Answer } from './client.js';
import { listProblems, statusProblems } from './expectations.js';
import { objectsAt, valueAt } from './json-values.js';
import { type PersonRun, pathOf, searchFor } from './person-run.js';

/**
 * Deletes the users that the run created. A server may answer that it does not support DELETE.
 */
export async function deleteCreated(run: PersonRun): Promise<void> {
  // The answer to the create was lost or had no id, but the user may exist.
  if (run.createSent && run.createdIds.size === 0) {
    const answer = run.verdict.check(
      'clean up: searches for the created user',
      await searchFor(run, run.profile.userName),
      (received) => listProblems(received, run.searchPage),
    );
    // A server that ignores the filter answers with other people.
    for (const user of objectsAt(answer?.body, ['Resources'])) {
      const id = valueAt(user, ['id']);
      if (typeof id === 'string' && valueAt(user, ['userName']) === run.profile.userName)
        run.createdIds.add(id);
    }
  }
  for (const id of run.createdIds) {
    const exchange = await run.client.send('DELETE', pathOf(id));
    run.verdict.check('clean up: deletes the user', exchange, (answer) =>
      statusProblems(answer, 204, 200, 405, 501),
    );
    const refused = 'answer' in exchange && [405, 501].includes(exchange.answer.status);
    if (refused) run.verdict.note(`the server cannot delete; ${run.profile.userName} stays`);
  }
}

/**
 * Records the id of a created user, so that it is deleted at the end.
 * @returns its id; undefined when the answer has none
 */
export function keepCreated(run: PersonRun, answer: Answer | undefined): string | undefined {
  const id = valueAt(answer?.body, ['id']);
  if (answer === undefined || answer.status >= 300 || typeof id !== 'string' || id === '') return undefined;
  run.createdIds.add(id);
  return id;
}
