import { keepCreated } from './created.js';
import { errorProblems, locationProblems, userProblems } from './expectations.js';
import { createBody } from './okta-profile.js';
import { ACTIVE, findsIt, findsNobody, type PersonRun, reads, wholeProfile } from './person-run.js';
import type { Step, StepOutcome } from './scenario.js';

/** A person is assigned to the app: Okta searches, finds nobody and creates the user. */
export const assign: Step<PersonRun> = {
  name: 'assign',
  async play(run): Promise<StepOutcome> {
    const { client, profile, verdict } = run;
    await findsNobody(run, 'assign: nobody has the userName yet', profile.userName);
    run.createSent = true;
    const created = await client.send('POST', '/Users', { body: createBody(profile) });
    const answer = verdict.check('assign: creates the user', created, (received) => {
      const problems = userProblems(received, 201, [...wholeProfile(run, profile), ACTIVE]);
      return received.status === 201 ? [...problems, ...locationProblems(received)] : problems;
    });
    const id = keepCreated(run, answer);
    if (id === undefined) return 'stop';
    run.userId = id;
    return 'continue';
  },
};

/** The created user is found by its id and by its userName in any case of letters. */
export const readBack: Step<PersonRun> = {
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
export const conflict: Step<PersonRun> = {
  name: 'conflict',
  async play(run): Promise<StepOutcome> {
    const exchange = await run.client.send('POST', '/Users', { body: createBody(run.profile) });
    const answer = run.verdict.check('conflict: the same userName again', exchange, (received) =>
      errorProblems(received, 409, 'uniqueness'),
    );
    keepCreated(run, answer);
    return 'continue';
  },
};
