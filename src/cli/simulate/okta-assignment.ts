import type { Answer } from './client.js';
import {
  errorProblems,
  listProblems,
  locationProblems,
  statusProblems,
  userProblems,
} from './expectations.js';
import { objectsAt, shown, valueAt } from './json-values.js';
import { createBody } from './okta-profile.js';
import {
  ACTIVE,
  findsIt,
  type OktaRun,
  PAGE_SIZE,
  pathOf,
  reads,
  searchFor,
  wholeProfile,
} from './okta-run.js';
import type { Step, StepOutcome } from './scenario.js';

/** Somebody is assigned to the app: Okta searches, finds nobody and creates. */
export const assign: Step<OktaRun> = {
  name: 'assign',
  async play(run): Promise<StepOutcome> {
    const { client, profile, verdict } = run;
    verdict.judge('assign: nobody has the userName yet', await searchFor(run, profile.userName), (answer) => {
      const problems = listProblems(answer, { startIndex: 1, count: PAGE_SIZE });
      const found = valueAt(answer.body, ['totalResults']);
      return problems.length > 0 || found === 0
        ? problems
        : [`the filter must find 0, it finds ${shown(found)}`];
    });
    run.createSent = true;
    const created = await client.send('POST', '/Users', { body: createBody(profile) });
    const answer = verdict.judge('assign: creates the user', created, (given) => {
      const problems = userProblems(given, 201, [...wholeProfile(run, profile), ACTIVE]);
      return given.status === 201 ? [...problems, ...locationProblems(given)] : problems;
    });
    const id = keepCreated(run, answer);
    if (id === undefined) return 'stop';
    run.userId = id;
    return 'continue';
  },
};

/** What was created is there, under its id and its userName, whatever the case of the letters. */
export const readBack: Step<OktaRun> = {
  name: 'assigned',
  async play(run): Promise<StepOutcome> {
    const { userName } = run.profile;
    await reads(run, 'assigned: reads it by its id', [...wholeProfile(run, run.profile), ACTIVE]);
    await findsIt(run, 'assigned: the filter finds exactly it', userName, [ACTIVE]);
    // RFC 7643 §4.1.1, userName: "case insensitive".
    await findsIt(run, 'assigned: the filter ignores case', userName.toUpperCase(), [ACTIVE]);
    return 'continue';
  },
};

/** RFC 7644 §3.3: a duplicate is 409 with scimType uniqueness; Okta then stops the job. */
export const conflict: Step<OktaRun> = {
  name: 'conflict',
  async play(run): Promise<StepOutcome> {
    const exchange = await run.client.send('POST', '/Users', { body: createBody(run.profile) });
    const answer = run.verdict.judge('conflict: the same userName again', exchange, (given) =>
      errorProblems(given, 409, 'uniqueness'),
    );
    keepCreated(run, answer);
    return 'continue';
  },
};

/**
 * Takes back whatever the run created. Okta itself never deletes; this is for the administrator, who wants no
 * simulated people left. Servers that cannot delete may say so.
 */
export async function deleteCreated(run: OktaRun): Promise<void> {
  // The answer to the create was lost or had no id: there may be a user all the same.
  if (run.createSent && run.createdIds.size === 0) {
    const answer = run.verdict.judge(
      'clean up: looks for what was created',
      await searchFor(run, run.profile.userName),
      (given) => listProblems(given, { startIndex: 1, count: PAGE_SIZE }),
    );
    // Only what bears the name: a server that ignores the filter answers with other people here.
    for (const user of objectsAt(answer?.body, ['Resources'])) {
      const id = valueAt(user, ['id']);
      if (typeof id === 'string' && valueAt(user, ['userName']) === run.profile.userName)
        run.createdIds.add(id);
    }
  }
  for (const id of run.createdIds) {
    const exchange = await run.client.send('DELETE', pathOf(id));
    run.verdict.judge('clean up: deletes the user', exchange, (answer) =>
      statusProblems(answer, 204, 200, 405, 501),
    );
    const refused = 'answer' in exchange && [405, 501].includes(exchange.answer.status);
    if (refused) run.verdict.note(`the server cannot delete; ${run.profile.userName} stays`);
  }
}

function keepCreated(run: OktaRun, answer: Answer | undefined): string | undefined {
  const id = valueAt(answer?.body, ['id']);
  if (answer === undefined || answer.status >= 300 || typeof id !== 'string' || id === '') return undefined;
  run.createdIds.add(id);
  return id;
}
