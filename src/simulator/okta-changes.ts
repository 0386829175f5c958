import type { Answer } from './client.js';
import { echoProblems, errorProblems, userProblems } from './expectations.js';
import type { JsonObject } from './json-values.js';
import { mergedBody } from './okta-profile.js';
import {
  ACTIVE,
  findsIt,
  INACTIVE,
  type PersonRun,
  patches,
  reads,
  wholeProfile,
  writes,
} from './person-run.js';
import type { Profile } from './profile.js';
import type { Step, StepOutcome } from './scenario.js';

/** Mapped attributes change: Okta reads the user, merges and replaces it. */
export const update: Step<PersonRun> = {
  name: 'update',
  async play(run): Promise<StepOutcome> {
    const renamed: Profile = { ...run.profile, givenName: 'Updated', familyName: 'Somebody' };
    run.profile = run.attributes === 'V2' ? { ...renamed, creditLimit: 750 } : renamed;
    const read = await reads(run, 'update: reads', [ACTIVE]);
    if (read === undefined) return 'continue';
    const expected = [...wholeProfile(run, run.profile), ACTIVE];
    await writes(run, 'update: writes what it read, merged', mergedBody(read, run.profile), (answer) =>
      userProblems(answer, 200, expected),
    );
    await reads(run, 'update: the values are kept', expected);
    return 'continue';
  },
};

/** The administrator changes the user's access: another role, or on V1 a seat. */
export const changeAccess: Step<PersonRun> = {
  name: 'access',
  async play(run): Promise<StepOutcome> {
    if (run.attributes === 'plain') return 'continue';
    const read = await reads(run, 'access: reads', [ACTIVE]);
    if (read === undefined) return 'continue';
    if (run.attributes === 'V1') {
      await takesSeat(run, read);
      return 'continue';
    }
    // A viewer cannot have a limit, so the administrator clears it too; Okta does not send an empty attribute.
    const { creditLimit: _cleared, ...others } = run.profile;
    run.profile = { ...others, role: 'viewer' };
    const expected = [...wholeProfile(run, run.profile), ACTIVE];
    await writes(run, 'access: from editor to viewer', mergedBody(read, run.profile), (answer) =>
      userProblems(answer, 200, expected),
    );
    return 'continue';
  },
};

/** Okta writes back what it read: that must change nothing. */
export const echo: Step<PersonRun> = {
  name: 'echo',
  async play(run): Promise<StepOutcome> {
    await echoes(run, 'echo', true);
    return 'continue';
  },
};

/**
 * The person is unassigned: this app deactivates the user. A user that cannot be read afterwards (404) fails Okta's own
 * test.
 */
export const unassign: Step<PersonRun> = {
  name: 'unassign',
  async play(run): Promise<StepOutcome> {
    await patchesActive(run, 'unassign: deactivates by PATCH without a path', false);
    await reads(run, 'unassign: still readable, inactive', [INACTIVE]);
    await findsIt(run, 'unassign: the filter still finds it', run.profile.userName, [INACTIVE]);
    await echoes(run, 'echo while inactive', false);
    return 'continue';
  },
};

/** Apps made with Okta's wizard change `active` by a PUT of the whole user, in both directions. */
export const switchByPut: Step<PersonRun> = {
  name: 'wizard app',
  async play(run): Promise<StepOutcome> {
    await putsActive(run, 'wizard app, reactivate', true);
    await putsActive(run, 'wizard app, deactivate', false);
    await reads(run, 'wizard app: still readable, inactive', [INACTIVE]);
    return 'continue';
  },
};

/** The person is assigned again: found, activated first, then brought up to date. */
export const assignAgain: Step<PersonRun> = {
  name: 'assign again',
  async play(run): Promise<StepOutcome> {
    const { userName } = run.profile;
    if (run.attributes === 'V2') run.profile = { ...run.profile, role: 'editor', creditLimit: 500 };
    await findsIt(run, 'assign again: found, inactive', userName, [INACTIVE]);
    await patchesActive(run, 'assign again: activates by PATCH', true);
    const read = await reads(run, 'assign again: reads', [ACTIVE]);
    if (read === undefined) return 'continue';
    const expected = [...wholeProfile(run, run.profile), ACTIVE];
    await writes(run, 'assign again: writes what it read, merged', mergedBody(read, run.profile), (answer) =>
      userProblems(answer, 200, expected),
    );
    return 'continue';
  },
};

/** The person is unassigned once more. */
export const unassignAgain: Step<PersonRun> = {
  name: 'unassign again',
  async play(run): Promise<StepOutcome> {
    await patchesActive(run, 'unassign again: deactivates by PATCH', false);
    await reads(run, 'unassign again: inactive', [INACTIVE]);
    return 'continue';
  },
};

async function echoes(run: PersonRun, name: string, active: boolean): Promise<void> {
  const read = await reads(run, `${name}: reads`, [[['active'], active]]);
  if (read === undefined) return;
  await writes(run, `${name}: changes nothing`, read, (answer) => echoProblems(answer, read));
}

async function putsActive(run: PersonRun, name: string, active: boolean): Promise<void> {
  const read = await reads(run, `${name}: reads`, [[['active'], !active]]);
  if (read === undefined) return;
  await writes(run, `${name}: writes the echo, switched`, { ...read, active }, (answer) =>
    userProblems(answer, 200, [[['active'], active]]),
  );
}

/** A V1 workspace may have no free builder seat: then 403 with a reason is as right as 200. */
async function takesSeat(run: PersonRun, read: JsonObject): Promise<void> {
  const seated: Profile = { ...run.profile, seatType: 'builder' };
  const check = (answer: Answer) =>
    answer.status === 403
      ? errorProblems(answer, 403)
      : userProblems(answer, 200, [...wholeProfile(run, seated), ACTIVE]);
  const answer = await writes(run, 'access: takes a builder seat', mergedBody(read, seated), check);
  if (answer?.status === 200) run.profile = seated;
  if (answer?.status === 403) run.verdict.note('refused, which is correct when no builder seat is free');
}

/** Changes `active` by the PATCH without a path that this app sends. */
async function patchesActive(run: PersonRun, name: string, active: boolean): Promise<void> {
  const Operations = [{ op: 'replace', value: { active } }];
  await patches(run, name, Operations, (answer) => userProblems(answer, 200, [[['active'], active]]));
}
