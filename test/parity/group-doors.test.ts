import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { mutate } from '../http/graphql/operations.js';
import { expectInvariants } from '../invariants.js';

/** The same groups through SCIM as through GraphQL: the same rows, and the same audit entries. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

const CODES: Readonly<Record<number, string>> = {
  200: 'done',
  201: 'done',
  204: 'done',
  400: 'INVALID_INPUT',
  403: 'SEAT_UNAVAILABLE',
  404: 'NOT_FOUND',
  409: 'ALREADY_A_GROUP',
};

/** A change of a group, in attributes that both interfaces have. Members are named by userName. */
interface Written {
  readonly name: string;
  readonly as: string;
  readonly members: readonly string[];
}

interface Patched {
  readonly name: string;
  readonly as?: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

type Step =
  | (Written & { readonly do: 'create' })
  | (Written & { readonly do: 'replace' })
  | (Patched & { readonly do: 'patch' })
  | { readonly do: 'delete'; readonly name: string };

const STEPS: readonly (readonly [Step, string])[] = [
  [{ do: 'create', name: '', as: 'Builders', members: ['ann@acme.test'] }, 'done'],
  [{ do: 'create', name: '', as: 'BUILDERS', members: [] }, 'ALREADY_A_GROUP'],
  [{ do: 'create', name: '', as: ' ', members: [] }, 'INVALID_INPUT'],
  [{ do: 'create', name: '', as: 'Pros', members: ['nobody'] }, 'INVALID_INPUT'],
  [{ do: 'create', name: '', as: 'Pros', members: [] }, 'done'],
  // Only one seat of the type that Pros grants is there.
  [{ do: 'patch', name: 'Pros', add: ['ann@acme.test', 'bob@acme.test'], remove: [] }, 'SEAT_UNAVAILABLE'],
  [{ do: 'patch', name: 'Pros', add: ['bob@acme.test'], remove: ['ann@acme.test'] }, 'done'],
  [{ do: 'patch', name: 'Pros', as: 'Professionals', add: ['bob@acme.test'], remove: [] }, 'done'],
  [{ do: 'replace', name: 'Professionals', as: 'Pros', members: ['ann@acme.test'] }, 'done'],
  [{ do: 'replace', name: 'Pros', as: 'Pros', members: ['ann@acme.test'] }, 'done'],
  [{ do: 'delete', name: 'Pros' }, 'done'],
  [{ do: 'delete', name: 'Pros' }, 'NOT_FOUND'],
];

type Interface = (
  workspace: TestWorkspace,
  step: Step,
  groupId: string,
  idOf: (userName: string) => string,
) => Promise<string>;

const throughGraphql: Interface = async ({ workspaceId, apiKey }, step, groupId, idOf) => {
  const target = { workspaceId, groupId };
  const answer = await (step.do === 'delete'
    ? mutate(app, apiKey, 'groupDelete', target)
    : step.do === 'create'
      ? mutate(app, apiKey, 'groupCreate', {
          workspaceId,
          displayName: step.as,
          memberIds: step.members.map(idOf),
        })
      : step.do === 'replace'
        ? mutate(app, apiKey, 'groupUpdate', {
            ...target,
            displayName: step.as,
            externalId: null,
            memberIds: step.members.map(idOf),
          })
        : mutate(app, apiKey, 'groupUpdate', {
            ...target,
            displayName: step.as ?? null,
            addMemberIds: step.add.map(idOf),
            removeMemberIds: step.remove.map(idOf),
          }));
  return answer.errors?.[0].extensions.code ?? 'done';
};

const throughScim: Interface = async ({ workspaceId, apiKey }, step, groupId, idOf) => {
  const scim = app.scim(workspaceId, apiKey);
  const values = (names: readonly string[]) => names.map((name) => ({ value: idOf(name) }));
  const path = `/Groups/${groupId}`;
  const { status } = await (step.do === 'delete'
    ? scim.delete(path)
    : step.do === 'create'
      ? scim.post('/Groups', { displayName: step.as, members: values(step.members) })
      : step.do === 'replace'
        ? scim.put(path, { displayName: step.as, members: values(step.members) })
        : scim.patch(path, {
            Operations: [
              { op: 'remove', path: 'members', value: values(step.remove) },
              { op: 'add', path: 'members', value: values(step.add) },
              ...(step.as === undefined ? [] : [{ op: 'replace', path: 'displayName', value: step.as }]),
            ],
          }));
  return CODES[status] ?? String(status);
};

/** Everything that groups have left in the database, ids and times aside. */
async function remains({ workspaceId }: TestWorkspace): Promise<object> {
  const statements = [
    `select g.display_name, g.external_id, g.version, m.user_name from member_group g
     left join group_member i on i.group_id = g.id left join member m on m.id = i.member_id
     where g.workspace_id = $1 order by g.display_name, m.user_name`,
    `select m.user_name, m.version, s.role, s.seat_type, s.access_set_by from member m
     join membership s on s.member_id = m.id where m.workspace_id = $1 order by m.user_name`,
    'select seat_type, total, used from seat_allocation where workspace_id = $1 order by seat_type',
    `select action, target_type, target_label, actor_type,
       regexp_replace(changes::text, '"id": "[^"]*"', '"id"', 'g') as changes
     from audit_entry where workspace_id = $1 and target_type in ('group', 'member') order by id`,
  ];
  return Promise.all(statements.map((statement) => app.sql(statement, [workspaceId])));
}

test('changes of groups have the same result through SCIM as through GraphQL (rules 29, 30)', async () => {
  const ends = [];
  for (const send of [throughGraphql, throughScim]) {
    const workspace = await app.workspace({
      version: 'V1',
      seats: { pro: 1 },
      ownerEmail: 'owner@acme.test',
    });
    const { workspaceId, apiKey, ownerEmail } = workspace;
    const owner = await app.session(ownerEmail);
    const ids = new Map<string, string>();
    for (const userName of ['ann@acme.test', 'bob@acme.test']) {
      const { data } = await mutate(app, apiKey, 'memberAdd', { workspaceId, userName });
      ids.set(userName, data.memberAdd.member.id);
    }
    const answers: string[] = [];
    for (const [step] of STEPS) {
      const [row] = await app.sql<{ id: string }>(
        'select id from member_group where workspace_id = $1 and display_name = $2',
        [workspaceId, step.name],
      );
      const groupId = row?.id ?? workspaceId;
      answers.push(await send(workspace, step, groupId, (userName) => ids.get(userName) ?? userName));
      const isPros = step.do === 'create' && step.as === 'Pros' && answers.at(-1) === 'done';
      if (isPros) {
        const [pros] = await app.sql<{ id: string }>(
          "select id from member_group where workspace_id = $1 and display_name = 'Pros'",
          [workspaceId],
        );
        await mutate(app, owner, 'groupSetGrant', {
          workspaceId,
          groupId: pros?.id,
          grant: { seatType: 'PRO' },
        });
      }
    }
    expect(answers).toEqual(STEPS.map(([, outcome]) => outcome));
    ends.push(await remains(workspace));
  }
  expect(ends[1]).toEqual(ends[0]);
});
