import { randomUUID } from 'node:crypto';
import { type Answer, query } from './client.js';
import { addMemberOperation, removeMemberOperation, replaceOperation } from './entra-dialect.js';
import type { EntraRun } from './entra-run.js';
import { type ExpectedValue, listProblems, statusProblems, valueProblems } from './expectations.js';
import { type JsonObject, objectsAt, shown, valueAt } from './json-values.js';
import { createdId, PATCH_OP } from './person-run.js';
import type { Step, StepOutcome } from './scenario.js';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Groups, if /ResourceTypes lists them: created empty, filled, renamed, emptied, deleted. */
export const groups: Step<EntraRun> = {
  name: 'groups',
  async play(run): Promise<StepOutcome> {
    const { client, verdict } = run;
    const types = await client.send('GET', '/ResourceTypes');
    const answer = verdict.check('groups: whether there are any', types, (received) =>
      statusProblems(received, 200, 404, 501),
    );
    if (!objectsAt(answer?.body, ['Resources']).some((type) => valueAt(type, ['name']) === 'Group')) {
      verdict.note('the server has no groups');
      return 'continue';
    }
    const displayName = `Rollcall simulation ${randomUUID()}`;
    await findsGroups(run, 'groups: nothing has the name yet', displayName, 0);
    const created = await client.send('POST', '/Groups', {
      body: {
        schemas: [GROUP_SCHEMA, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: randomUUID(),
        displayName,
        meta: { resourceType: 'Group' },
      },
    });
    const group = verdict.check('groups: creates one', created, (received) =>
      groupProblems(received, 201, [[['displayName'], displayName]]),
    );
    const id = valueAt(group?.body, ['id']);
    if (group?.status === 201 && typeof id === 'string') await playGroup(run, id, displayName);
    return 'continue';
  },
};

async function playGroup(run: EntraRun, id: string, displayName: string): Promise<void> {
  const { client, verdict, dialect } = run;
  const path = `/Groups/${encodeURIComponent(id)}`;
  const withoutMembers = `${path}${query({ excludedAttributes: 'members' })}`;
  const member = createdId(run);
  try {
    verdict.check('groups: reads it without members', await client.send('GET', withoutMembers), (received) =>
      groupProblems(received, 200, [
        [['displayName'], displayName],
        [['members'], undefined],
      ]),
    );
    await findsGroups(run, 'groups: the filter finds it by displayName', displayName, 1);
    await patchesGroup(run, 'groups: adds the user', path, addMemberOperation(dialect, member));
    await holds(run, 'groups: the user is in it', path, [member]);
    await patchesGroup(run, 'groups: removes the user', path, removeMemberOperation(dialect, member));
    await holds(run, 'groups: the user is not in it', path, []);
    const renamed = `${displayName} renamed`;
    await patchesGroup(run, 'groups: renames it', path, replaceOperation(dialect, 'displayName', renamed));
    verdict.check('groups: the name is kept', await client.send('GET', withoutMembers), (received) =>
      groupProblems(received, 200, [[['displayName'], renamed]]),
    );
  } finally {
    verdict.check('groups: deletes it', await client.send('DELETE', path), (received) =>
      statusProblems(received, 204),
    );
  }
  verdict.check('groups: it is gone', await client.send('GET', path), (received) =>
    statusProblems(received, 404),
  );
}

async function findsGroups(run: EntraRun, name: string, displayName: string, wanted: number): Promise<void> {
  const filter = `displayName eq ${JSON.stringify(displayName)}`;
  const path = `/Groups${query({ excludedAttributes: 'members', filter })}`;
  run.verdict.check(name, await run.client.send('GET', path), (answer) => {
    const problems = listProblems(answer, undefined);
    const found = valueAt(answer.body, ['totalResults']);
    return problems.length > 0 || found === wanted
      ? problems
      : [`the filter must find ${wanted}, it finds ${shown(found)}`];
  });
}

async function patchesGroup(run: EntraRun, name: string, path: string, operation: JsonObject): Promise<void> {
  const body = { schemas: [PATCH_OP], Operations: [operation] };
  // "Update to the group PATCH request should yield an HTTP 204": Entra takes 200 as well.
  run.verdict.check(name, await run.client.send('PATCH', path, { body }), (answer) =>
    statusProblems(answer, 204, 200),
  );
}

async function holds(run: EntraRun, name: string, path: string, wanted: readonly string[]): Promise<void> {
  run.verdict.check(name, await run.client.send('GET', path), (answer) => {
    const problems = groupProblems(answer, 200, []);
    const found = objectsAt(answer.body, ['members']).map((one) => valueAt(one, ['value']) ?? null);
    return problems.length > 0 || found.join() === wanted.join()
      ? problems
      : [`members must be ${shown(wanted)}, they are ${shown(found)}`];
  });
}

function groupProblems(answer: Answer, status: number, expected: readonly ExpectedValue[]): string[] {
  const problems = statusProblems(answer, status);
  return problems.length > 0 ? problems : valueProblems(answer.body, expected);
}
