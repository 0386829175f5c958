import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import {
  auditSize,
  done,
  INACTIVE,
  memberById,
  memberNamed,
  mutate,
  nextAddress,
  pathTo,
  person,
  refusals,
  refused,
  roleAccess,
  seatAccess,
} from './operations.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

const NOBODY = '0198a000-0000-7000-8000-000000000000';
const EDITOR = { access: { roleAccess: { role: 'EDITOR' } } };

async function added({ workspaceId }: TestWorkspace, access?: object, userName = nextAddress()) {
  const input = { workspaceId, userName, ...(access === undefined ? {} : { access }) };
  return (await done(app, app.operatorToken, 'memberAdd', input)).member;
}

function several(workspace: TestWorkspace, count: number) {
  return Promise.all(Array.from({ length: count }, () => added(workspace)));
}

function bulk(credential: string, workspace: TestWorkspace, memberIds: readonly string[], more: object) {
  const { workspaceId } = workspace;
  return done(app, credential, 'membersBulkUpdate', { workspaceId, members: { ids: memberIds }, ...more });
}

/** The whole refusal in a row. */
function refusal(
  code: string,
  message: string,
  { attribute, ...details }: { readonly attribute?: string; readonly [fact: string]: unknown } = {},
): object {
  const path = attribute === undefined ? null : pathTo(attribute);
  return { code, message, path, hint: null, seat: null, ...details };
}

interface Row {
  readonly member: { readonly id: string; readonly [field: string]: unknown } | null;
}

/** The answer of a dry run for an answer of the change: the same, with previews for members. */
function rehearsalOf({ results, ...rest }: { readonly results: readonly Row[] }): object {
  const previewOf = ({ id, userName, active, role, access }: NonNullable<Row['member']>) => {
    return { memberId: id, userName, active, role, access };
  };
  const rows = results.map((row) => ({ ...row, member: null, preview: row.member && previewOf(row.member) }));
  return { ...rest, dryRun: true, results: rows };
}

const NOT_FOUND = refusal('NOT_FOUND', 'There is no such member in this workspace.');
const PROTECTED = refusal('OWNER_PROTECTED', 'Workspace owners cannot be changed or removed here.', {
  hint: 'Use ownerPromote and ownerDemote, as an owner in person.',
});
const LAST_OWNER = refusal('LAST_OWNER', 'This is the last owner of the workspace.', {
  hint: 'Promote somebody else to owner first.',
});
const NOT_ACTIVE = refusal(
  'INVALID_INPUT',
  'The member is not active, and so has no access that could change.',
  { hint: 'Add the person again first.' },
);

describe('each member is decided on its own', () => {
  test('and a refusal does not affect the others', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId } = workspace;
    const [viewer, editor, gone] = [await added(workspace), await added(workspace), await added(workspace)];
    const stranger = await added(await app.workspace({ version: 'V2' }));
    await done(app, app.operatorToken, 'memberSetAccess', {
      workspaceId,
      memberId: editor.id,
      ...EDITOR,
    });
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: gone.id });
    const before = await auditSize(app, workspaceId);
    const ids = [NOBODY, ownerMemberId, viewer.id, gone.id, 'x', editor.id, stranger.id, viewer.id];
    const owner = await memberById(app, app.operatorToken, workspaceId, ownerMemberId);
    const becomes = memberNamed(viewer.userName, {
      id: viewer.id,
      version: 2,
      role: 'EDITOR',
      access: roleAccess('EDITOR'),
    });

    expect(await bulk(app.operatorToken, workspace, ids, { change: EDITOR })).toEqual({
      dryRun: false,
      changedCount: 1,
      refusedCount: 5,
      results: [
        { memberId: NOBODY, member: null, preview: null, changed: false, refusal: NOT_FOUND },
        { memberId: ownerMemberId, member: owner, preview: null, changed: false, refusal: PROTECTED },
        { memberId: viewer.id, member: becomes, preview: null, changed: true, refusal: null },
        {
          memberId: gone.id,
          member: memberNamed(gone.userName, { id: gone.id, version: 2, ...INACTIVE }),
          preview: null,
          changed: false,
          refusal: NOT_ACTIVE,
        },
        { memberId: 'x', member: null, preview: null, changed: false, refusal: NOT_FOUND },
        {
          memberId: editor.id,
          member: {
            ...becomes,
            id: editor.id,
            userName: editor.userName,
            account: { email: editor.userName },
          },
          preview: null,
          changed: false,
          refusal: null,
        },
        // A member of another workspace looks like an unknown one.
        { memberId: stranger.id, member: null, preview: null, changed: false, refusal: NOT_FOUND },
        // Rule 21: said twice, done once.
        { memberId: viewer.id, member: becomes, preview: null, changed: false, refusal: null },
      ],
    });
    // Rule 28: one entry for the one change.
    expect(await auditSize(app, workspaceId)).toBe(before + 1);
  });

  test('rule 6: a limit is set only where the role allows one', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const [editor, viewer] = [
      await added(workspace, { roleAccess: { role: 'EDITOR' } }),
      await added(workspace),
    ];
    const set = await bulk(workspace.apiKey, workspace, [viewer.id, editor.id.toUpperCase()], {
      change: { creditLimit: 70 },
    });
    expect(set).toMatchObject({
      changedCount: 1,
      refusedCount: 1,
      results: [
        {
          changed: false,
          refusal: { code: 'CREDIT_LIMIT_NOT_ALLOWED', path: ['change', 'creditLimit'], seat: null },
        },
        {
          memberId: editor.id.toUpperCase(),
          changed: true,
          member: { id: editor.id, access: roleAccess('EDITOR', 70) },
        },
      ],
    });
    const cleared = await bulk(workspace.apiKey, workspace, [viewer.id, editor.id], {
      change: { action: 'CLEAR_CREDIT_LIMIT' },
    });
    expect(cleared).toMatchObject({
      changedCount: 1,
      refusedCount: 0,
      results: [
        { changed: false, refusal: null },
        { changed: true, member: { access: roleAccess('EDITOR') } },
      ],
    });
  });

  test('rules 12 and 13: the last owner stays', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId } = workspace;
    const second = await added(workspace);
    await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId: second.id });
    const ids = [ownerMemberId, second.id];
    const remove = { change: { action: 'REMOVE' } };
    const byKey = await bulk(workspace.apiKey, workspace, ids, remove);
    expect(byKey).toMatchObject({
      changedCount: 0,
      results: [{ refusal: PROTECTED }, { refusal: PROTECTED }],
    });
    const byOperator = await bulk(app.operatorToken, workspace, ids, remove);
    expect(byOperator).toMatchObject({
      changedCount: 1,
      results: [
        { changed: true, refusal: null, member: INACTIVE },
        { changed: false, refusal: LAST_OWNER, member: { role: 'OWNER' } },
      ],
    });
  });

  test('a member with another version than the expected one is refused', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const [first, second, third] = [await added(workspace), await added(workspace), await added(workspace)];
    const result = await bulk(app.operatorToken, workspace, [first.id, second.id, third.id, third.id], {
      expectedVersions: [1, 2, null, 1],
      change: EDITOR,
    });
    const stale = (has: number, believed: number) =>
      refusal('STALE_VERSION', `The member has changed meanwhile: it has version ${has}, not ${believed}.`, {
        attribute: 'expectedVersion',
        hint: 'Read the member again and repeat the change.',
      });
    expect(result.results.map(({ refusal }: { refusal: object | null }) => refusal)).toEqual([
      null,
      stale(1, 2),
      null,
      stale(2, 1),
    ]);
  });
});

describe('rule 8: seats that run out in the middle', () => {
  const noSeat = (total: number) =>
    refusal('SEAT_UNAVAILABLE', `No pro seat is free (pro: ${total} of ${total} taken).`, {
      attribute: 'seatType',
      hint: 'Buy more seats of this type, free one, or send another seatType.',
      seat: { seatType: 'PRO', total, used: total },
    });

  test('of three free seats, the first three of five members get one', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 3 } });
    const members = await several(workspace, 5);
    const ids = members.map(({ id }) => id).toReversed();
    const change = { access: { seatAccess: { seatType: 'PRO' } } };
    const rehearsed = await bulk(app.operatorToken, workspace, ids, { change, dryRun: true });
    const real = await bulk(app.operatorToken, workspace, ids, { change });
    expect(rehearsalOf(real)).toEqual(rehearsed);
    expect(real).toMatchObject({
      changedCount: 3,
      refusedCount: 2,
      results: [
        { memberId: ids[0], changed: true, refusal: null, member: { access: seatAccess('PRO') } },
        { memberId: ids[1], changed: true, refusal: null },
        { memberId: ids[2], changed: true, refusal: null },
        {
          memberId: ids[3],
          changed: false,
          refusal: noSeat(3),
          member: { access: seatAccess(null), version: 1 },
        },
        { memberId: ids[4], changed: false, refusal: noSeat(3) },
      ],
    });
  });

  test('a member who gives up another type frees it, whether or not there was one to take', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 1, builder: 2 } });
    const builder = { seatAccess: { seatType: 'BUILDER' } };
    const [first, second] = [await added(workspace, builder), await added(workspace, builder)];
    const result = await bulk(app.operatorToken, workspace, [first.id, second.id], {
      change: { access: { seatAccess: { seatType: 'PRO' } } },
    });
    expect(result).toMatchObject({
      results: [
        { changed: true, member: { access: seatAccess('PRO') } },
        { refusal: noSeat(1), member: { access: seatAccess('BUILDER') } },
      ],
    });
  });
});

describe('a dry run', () => {
  test('returns the results of the change and writes nothing', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId } = workspace;
    const member = await added(workspace);
    await done(app, app.operatorToken, 'groupCreate', {
      workspaceId,
      displayName: 'All',
      memberIds: [member.id],
    });
    const all = async () =>
      Promise.all(
        ['member', 'membership', 'audit_entry', 'group_member', 'member_group', 'session_end'].map((table) =>
          app.sql(`select * from ${table} order by 1`),
        ),
      );
    const before = await all();
    const result = await bulk(app.operatorToken, workspace, [member.id, ownerMemberId], {
      change: { action: 'REMOVE' },
      dryRun: true,
    });
    expect(result).toMatchObject({
      dryRun: true,
      changedCount: 1,
      refusedCount: 1,
      results: [
        { changed: true, member: null, preview: { memberId: member.id, ...INACTIVE } },
        { changed: false, member: null, refusal: LAST_OWNER },
      ],
    });
    expect(await all()).toEqual(before);
  });
});

describe('the whole request is refused', () => {
  const NAME = 'membersBulkUpdate';

  test('when no member of the workspace could have the change (rule 1)', async () => {
    const v1 = await app.workspace({ version: 'V1' });
    const v2 = await app.workspace({ version: 'V2' });
    const wrong = (attribute: string, version: string, instead: string) =>
      refused(NAME, 'WRONG_WORKSPACE_VERSION', `${attribute} does not exist on a ${version} workspace.`, {
        attribute,
        hint: `Send ${instead} instead.`,
      });
    const ask = ({ workspaceId }: TestWorkspace, change: object) =>
      mutate(app, app.operatorToken, NAME, { workspaceId, members: { ids: [NOBODY] }, change });
    expect(await ask(v1, EDITOR)).toEqual(wrong('roleAccess', 'V1', 'seatAccess'));
    expect(await ask(v1, { creditLimit: 5 })).toEqual(wrong('creditLimit', 'V1', 'seatAccess'));
    expect(await ask(v1, { action: 'CLEAR_CREDIT_LIMIT' })).toEqual(wrong('creditLimit', 'V1', 'seatAccess'));
    expect(await ask(v2, { access: { seatAccess: { seatType: 'PRO' } } })).toEqual(
      wrong('seatAccess', 'V2', 'roleAccess'),
    );
  });

  test('with too many members or inconsistent input', async () => {
    const { workspaceId } = await app.workspace({ version: 'V2' });
    const ask = (memberIds: readonly string[], change: object, more: object = {}) =>
      mutate(app, app.operatorToken, NAME, { workspaceId, members: { ids: memberIds }, change, ...more });
    const measure = refused(NAME, 'INVALID_INPUT', 'Send from 1 to 500 ids.', {
      attribute: 'members.ids',
      hint: 'Change more members in several requests.',
    });
    expect(await ask([], EDITOR)).toEqual(measure);
    expect(
      await app.graphql(
        app.operatorToken,
        'mutation ($input: MembersBulkUpdateInput!) { membersBulkUpdate(input: $input) { changedCount } }',
        {
          input: { workspaceId, members: { ids: Array.from({ length: 501 }, () => NOBODY) }, change: EDITOR },
        },
      ),
    ).toEqual(measure);
    expect(await ask([NOBODY], EDITOR, { expectedVersions: [1, 2] })).toEqual(
      refused(NAME, 'INVALID_INPUT', 'expectedVersions must have as many items as members.ids.', {
        attribute: 'expectedVersions',
        hint: 'Send the version of each member in the order of the ids, or null for any version.',
      }),
    );
    // @oneOf is the schema's to enforce.
    for (const change of [{}, { ...EDITOR, action: 'REMOVE' }]) {
      expect(await ask([NOBODY], change)).toEqual({
        errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'INVALID_INPUT' }) })],
      });
    }
  });

  test('for callers who may not change members', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const other = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    const reader = await app.key(workspaceId, ['MEMBERS_READ']);
    const ask = (credential: string | undefined) =>
      mutate(app, credential, NAME, {
        workspaceId,
        members: { ids: [editor.memberId] },
        change: { action: 'REMOVE' },
      });
    expect(await ask(undefined)).toEqual(refusals.unauthenticated(NAME));
    expect(await ask(other.apiKey)).toEqual(refusals.noWorkspace(NAME));
    expect(await ask(editor.token)).toEqual(refusals.forbidden(NAME, 'member.write'));
    expect(await ask(reader)).toEqual(refusals.forbidden(NAME, 'member.write', true));
  });

  test('for an identity provider that would make admins on V1, as for a single change', async () => {
    const { workspaceId, ownerMemberId } = await app.workspace({ version: 'V1' });
    const provider = await app.key(workspaceId, ['SCIM']);
    const change = { access: { seatAccess: { role: 'ADMIN' } } };
    expect(
      await mutate(app, provider, NAME, { workspaceId, members: { ids: [ownerMemberId] }, change }),
    ).toEqual(refusals.forbidden(NAME, 'member.appointV1Admin', true));
  });

  test('when it costs more than the limit: every member counts', async () => {
    const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
    const query = `mutation ($input: MembersBulkUpdateInput!) {
      membersBulkUpdate(input: $input) { results { member { history(first: 50) { nodes { id } } } } } }`;
    const memberIds = Array.from({ length: 500 }, () => NOBODY);
    const { errors } = await app.graphql(apiKey, query, {
      input: { workspaceId, members: { ids: memberIds }, change: EDITOR },
    });
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'QUERY_TOO_EXPENSIVE' }) }),
    ]);
  });
});

/** The changes of a bulk update, as single mutations. */
const CHANGES = {
  V1: [
    {
      change: { access: { seatAccess: { seatType: 'PRO' } } },
      single: 'memberSetAccess',
      input: { access: { seatAccess: { seatType: 'PRO' } } },
    },
    {
      change: { access: { seatAccess: {} } },
      single: 'memberSetAccess',
      input: { access: { seatAccess: {} } },
    },
    { change: { action: 'REMOVE' }, single: 'memberRemove', input: {} },
  ],
  V2: [
    { change: EDITOR, single: 'memberSetAccess', input: EDITOR },
    {
      change: { access: { roleAccess: { role: 'VIEWER' } } },
      single: 'memberSetAccess',
      input: { access: { roleAccess: { role: 'VIEWER' } } },
    },
    { change: { creditLimit: 9 }, single: 'memberSetCreditLimit', input: { creditLimit: 9 } },
    { change: { action: 'CLEAR_CREDIT_LIMIT' }, single: 'memberClearCreditLimit', input: {} },
    { change: { action: 'REMOVE' }, single: 'memberRemove', input: {} },
  ],
} as const;

/** The rows of a workspace, without ids and times, which differ between two workspaces. */
async function told({ workspaceId }: TestWorkspace): Promise<object> {
  return {
    members: await app.sql(
      `select m.user_name, m.version, m.managed_by, s.role, s.seat_type, s.credit_limit, s.credit_limit_set_by,
         s.access_set_by, s.ended_at is null as open
       from member m join membership s on s.member_id = m.id where m.workspace_id = $1 order by m.user_name, s.id`,
      [workspaceId],
    ),
    groups: await app.sql(
      `select g.display_name, g.version, count(i.member_id)::integer as size from member_group g
       left join group_member i on i.group_id = g.id where g.workspace_id = $1 group by g.id order by 1`,
      [workspaceId],
    ),
    seats: await app.sql('select seat_type, used from seat_allocation where workspace_id = $1 order by 1', [
      workspaceId,
    ]),
    audit: await app.sql(
      `select action, target_label, changes - 'groups' as changes, actor_type, channel from audit_entry
       where workspace_id = $1 and target_type = 'member' order by at, id`,
      [workspaceId],
    ),
  };
}

interface Outcome {
  readonly changed: boolean;
  readonly refusal: object | null;
}

/** The path without what differs between the inputs: the value at fault itself. */
function shortened(refusal: { readonly path?: readonly string[] | null }): object {
  return { ...refusal, path: refusal.path?.slice(-1) ?? null };
}

describe('a bulk change equals the single mutations in sequence', () => {
  test.each(['V1', 'V2'] as const)('on %s: same rows, refusals and audit entries', async (version) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('plain', 'given', 'gone', 'owner', 'grouped'), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...CHANGES[version]),
        async (kinds, picks, { change, single, input }) => {
          const ownerEmail = nextAddress();
          const names = kinds.map(() => nextAddress());
          const [one, many] = [await twin(ownerEmail), await twin(ownerEmail)];

          const rows = picks.map((pick) => many.ids[pick % many.ids.length] ?? NOBODY);
          const rehearsed = await bulk(app.operatorToken, many.workspace, rows, { change, dryRun: true });
          const real = await bulk(app.operatorToken, many.workspace, rows, { change });
          expect(rehearsalOf(real)).toEqual(rehearsed);

          const singly = [];
          for (const pick of picks) {
            const memberId = one.ids[pick % one.ids.length] ?? NOBODY;
            const target = { workspaceId: one.workspace.workspaceId, memberId };
            const { data, errors } = await mutate(app, app.operatorToken, single, { ...target, ...input });
            const { requestId: _, ...extensions } = errors?.[0].extensions ?? {};
            singly.push({
              changed: data?.[single]?.changed ?? false,
              refusal:
                errors === undefined
                  ? null
                  : shortened({ ...refusal(extensions.code, errors[0].message), ...extensions }),
            });
          }
          expect(
            real.results.map(({ changed, refusal }: Outcome) => ({
              changed,
              refusal: refusal && shortened(refusal),
            })),
          ).toEqual(singly);
          expect(await told(many.workspace)).toEqual(await told(one.workspace));

          async function twin(owner: string) {
            const workspace = await app.workspace({
              version,
              ownerEmail: owner,
              ...(version === 'V1' ? { seats: { pro: 2, elite: 9 } } : {}),
            });
            const { workspaceId } = workspace;
            const ids = [workspace.ownerMemberId];
            for (const [index, kind] of kinds.entries()) {
              const given =
                version === 'V1'
                  ? { seatAccess: { seatType: 'ELITE' } }
                  : { roleAccess: { role: 'ADMIN', creditLimit: 5 } };
              const { id } = await added(workspace, kind === 'given' ? given : undefined, names[index]);
              ids.push(id);
              const target = { workspaceId, memberId: id };
              if (kind === 'gone') await done(app, app.operatorToken, 'memberRemove', target);
              if (kind === 'owner') await done(app, app.operatorToken, 'ownerPromote', target);
              if (kind === 'grouped') {
                const group = { workspaceId, displayName: `G${index}`, memberIds: [id] };
                await done(app, app.operatorToken, 'groupCreate', group);
              }
            }
            return { workspace, ids };
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
