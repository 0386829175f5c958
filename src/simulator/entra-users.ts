import { randomUUID } from 'node:crypto';
import { query } from './client.js';
import { keepCreated } from './created.js';
import { activeOperation, ENTERPRISE, replaceOperation, updateOperations } from './entra-dialect.js';
import type { EntraRun } from './entra-run.js';
import {
  type ExpectedValue,
  errorProblems,
  locationProblems,
  statusProblems,
  USER_SCHEMA,
  userProblems,
  valueProblems,
} from './expectations.js';
import { type JsonObject, type JsonValue, objectsAt, shown, valueAt } from './json-values.js';
import {
  ACTIVE,
  createdId,
  findsIt,
  findsNobody,
  INACTIVE,
  patches,
  pathOf,
  reads,
  wholeProfile,
} from './person-run.js';
import { displayNameOf, EXTENSION_ALIAS, expectedValues, nameOf, type Profile } from './profile.js';
import type { Step, StepOutcome } from './scenario.js';

/** The button "Test Connection": a search for a random user, who must not be found. Entra does not continue without it. */
export const testConnection: Step<EntraRun> = {
  name: 'test connection',
  async play(run): Promise<StepOutcome> {
    const answer = await findsNobody(run, 'test connection: a random userName', randomUUID());
    return answer?.status === 200 ? 'continue' : 'stop';
  },
};

/** The error answers that Entra relies on: it distinguishes them by the status. */
export const refusals: Step<EntraRun> = {
  name: 'errors',
  async play({ client, verdict }): Promise<StepOutcome> {
    const unknown = await client.send('GET', pathOf(randomUUID()));
    // "The detail isn't required, only status."
    verdict.check('errors: an unknown id', unknown, (answer) => statusProblems(answer, 404));
    const locked = await client.send('GET', '/Users', { authorization: `Bearer not-a-key-${randomUUID()}` });
    verdict.check('errors: an invalid key', locked, (answer) => statusProblems(answer, 401));
    return 'continue';
  },
};

/** A person comes into scope: Entra searches by its matching attributes, finds nobody and creates the user. */
export const provision: Step<EntraRun> = {
  name: 'provision',
  async play(run): Promise<StepOutcome> {
    const { client, profile, verdict } = run;
    await findsNobody(run, 'provision: nobody has the userName yet', profile.userName);
    await findsNobody(run, 'provision: nobody has the externalId yet', profile.externalId, 'externalId');
    run.createSent = true;
    const created = await client.send('POST', '/Users', { body: createBody(profile) });
    const answer = verdict.check('provision: creates the user', created, (received) => {
      const problems = userProblems(received, 201, [...wholeProfile(run, profile), ACTIVE]);
      return received.status === 201 ? [...problems, ...locationProblems(received)] : problems;
    });
    run.userId = keepCreated(run, answer);
    return run.userId === undefined ? 'stop' : 'continue';
  },
};

/** The created user can be read, whole and in part, and found by Entra's matching attributes. */
export const readBack: Step<EntraRun> = {
  name: 'provisioned',
  async play(run): Promise<StepOutcome> {
    const { userName, externalId } = run.profile;
    await reads(run, 'provisioned: reads it by its id', [...wholeProfile(run, run.profile), ACTIVE]);
    const path = `${pathOf(createdId(run))}${query({ attributes: 'userName,active' })}`;
    run.verdict.check(
      'provisioned: reads two attributes of it',
      await run.client.send('GET', path),
      (answer) => userProblems(answer, 200, [[['userName'], userName], ACTIVE, [['name'], undefined]]),
    );
    await findsIt(run, 'provisioned: the filter finds it by userName', userName, [ACTIVE]);
    await findsIt(run, 'provisioned: the filter finds it by externalId', externalId, [ACTIVE], 'externalId');
    const exchange = await run.client.send('POST', '/Users', { body: createBody(run.profile) });
    const answer = run.verdict.check('provisioned: cannot be created again', exchange, (received) =>
      errorProblems(received, 409),
    );
    keepCreated(run, answer);
    return 'continue';
  },
};

/** Mapped attributes change, one is added, and the user gets another userName. */
export const update: Step<EntraRun> = {
  name: 'update',
  async play(run): Promise<StepOutcome> {
    const { dialect, profile } = run;
    run.profile = {
      ...profile,
      givenName: 'Updated',
      familyName: 'Somebody',
      ...(profile.creditLimit === undefined ? {} : { creditLimit: 750 }),
    };
    const email = `updated.${profile.userName}`;
    const change = { profile: run.profile, email, mobile: '+1 555 0100', department: 'Sales' };
    const expected = [
      ...wholeProfile(run, run.profile),
      ACTIVE,
      [[ENTERPRISE, 'department'], change.department],
    ] satisfies ExpectedValue[];
    const problemsOf = (user: JsonValue | undefined): string[] => [
      ...valueProblems(user, expected),
      ...typedProblems(user, 'emails', 'work', email),
      ...typedProblems(user, 'phoneNumbers', 'mobile', change.mobile),
    ];
    await patches(run, 'update: patches what has changed', updateOperations(dialect, change), (answer) => [
      ...userProblems(answer, 200, []),
      ...(answer.status === 200 ? problemsOf(answer.body) : []),
    ]);
    await readsChanged(run, 'update: the values are kept', problemsOf);
    await rename(run);
    return 'continue';
  },
};

async function rename(run: EntraRun): Promise<void> {
  const former = run.profile.userName;
  const userName = `renamed.${former}`;
  const operation = replaceOperation(run.dialect, 'userName', userName);
  const answer = await patches(run, 'update: patches the userName', [operation], (received) =>
    userProblems(received, 200, [[['userName'], userName]]),
  );
  if (answer === undefined || answer.status >= 300) return;
  run.profile = { ...run.profile, userName };
  await findsIt(run, 'update: the filter finds it by the new userName', userName, [ACTIVE]);
  await findsNobody(run, 'update: nobody has the former userName', former);
}

async function readsChanged(
  run: EntraRun,
  name: string,
  problemsOf: (user: JsonValue | undefined) => readonly string[],
): Promise<void> {
  const exchange = await run.client.send('GET', pathOf(createdId(run)));
  run.verdict.check(name, exchange, (answer) => [
    ...userProblems(answer, 200, []),
    ...(answer.status === 200 ? problemsOf(answer.body) : []),
  ]);
}

/** The person goes out of scope and comes back: disabled, still readable, enabled. */
export const disable: Step<EntraRun> = {
  name: 'disable',
  async play(run): Promise<StepOutcome> {
    const { userName } = run.profile;
    await switchesActive(run, 'disable: patches active', false);
    await reads(run, 'disable: still readable, inactive', [INACTIVE]);
    // Without `active` in the answer to this search, Entra's own validator fails a server.
    await findsIt(run, 'disable: the filter still finds it, inactive', userName, [INACTIVE]);
    await switchesActive(run, 'enable: patches active', true);
    // The server decides which access a returning user gets; it may be the default.
    await reads(run, 'enable: active, and the same person', [...expectedValues(run.profile), ACTIVE]);
    return 'continue';
  },
};

async function switchesActive(run: EntraRun, name: string, active: boolean): Promise<void> {
  await patches(run, name, [activeOperation(run.dialect, active)], (answer) =>
    userProblems(answer, 200, [[['active'], active]]),
  );
}

/** The user is deleted for good: 30 days after it was deleted in Entra. */
export const remove: Step<EntraRun> = {
  name: 'delete',
  async play(run): Promise<StepOutcome> {
    const { client, verdict, profile } = run;
    const id = createdId(run);
    const deleted = await client.send('DELETE', pathOf(id));
    const answer = verdict.check('delete: deletes the user', deleted, (received) =>
      statusProblems(received, 204),
    );
    if (answer?.status !== 204) return 'continue';
    run.createdIds.delete(id);
    run.createSent = run.createdIds.size > 0;
    verdict.check('delete: it is gone', await client.send('GET', pathOf(id)), (received) =>
      statusProblems(received, 404),
    );
    verdict.check('delete: deletes it again', await client.send('DELETE', pathOf(id)), (received) =>
      statusProblems(received, 404),
    );
    await findsNobody(run, 'delete: nobody is found', profile.userName);
    return 'continue';
  },
};

/** A create as Entra's documentation shows it, with the attributes that a workspace's administrator maps. */
function createBody(profile: Profile): JsonObject {
  const { userName, externalId, seatType, role, creditLimit } = profile;
  const access = {
    ...(role === undefined ? {} : { role }),
    ...(creditLimit === undefined ? {} : { creditLimit }),
  };
  const isExtended = Object.keys(access).length > 0;
  return {
    schemas: [USER_SCHEMA, ENTERPRISE, ...(isExtended ? [EXTENSION_ALIAS] : [])],
    externalId,
    userName,
    active: true,
    displayName: displayNameOf(profile),
    emails: [{ primary: true, type: 'work', value: userName }],
    meta: { resourceType: 'User' },
    name: { formatted: displayNameOf(profile), ...nameOf(profile) },
    roles: [],
    ...(seatType === undefined ? {} : { seatType }),
    ...(isExtended ? { [EXTENSION_ALIAS]: access } : {}),
  };
}

/** @returns problems unless there is exactly one value of that type, and it is this one. */
function typedProblems(
  user: JsonValue | undefined,
  attribute: string,
  type: string,
  value: string,
): string[] {
  const values = objectsAt(user, [attribute]).filter((one) => valueAt(one, ['type']) === type);
  const [received] = values;
  if (values.length === 1 && valueAt(received, ['value']) === value) return [];
  const found = values.map((one) => valueAt(one, ['value']) ?? null);
  return [`${attribute} of type ${type} must be ${shown([value])}, they are ${shown(found)}`];
}
