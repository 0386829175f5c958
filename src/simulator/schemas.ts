import { statusProblems } from './expectations.js';
import type { PersonRun } from './person-run.js';
import { attributeSetIn, freshProfile } from './profile.js';
import type { Step, StepOutcome } from './scenario.js';

/** Not a request of a provider: it replaces the administrator who sets up the attributes of the workspace's version. */
export const readSchemas: Step<PersonRun> = {
  name: 'attributes',
  async play(run): Promise<StepOutcome> {
    const exchange = await run.client.send('GET', '/Schemas');
    const answer = run.verdict.check('attributes: those that the schemas describe', exchange, (received) =>
      statusProblems(received, 200, 404, 501),
    );
    run.attributes = attributeSetIn(answer?.body);
    run.profile = freshProfile(run.attributes);
    run.verdict.note(ATTRIBUTE_NOTES[run.attributes]);
    return 'continue';
  },
};

const ATTRIBUTE_NOTES = {
  V1: 'a V1 workspace: seatType',
  V2: 'a V2 workspace: role and creditLimit',
  plain: 'neither seatType nor the extension: a plain SCIM server, so Rollcall attributes are omitted',
} as const;
