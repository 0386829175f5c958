import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { DomainError } from '../../../src/domain/errors.js';
import { newId } from '../../../src/domain/ids.js';
import { localContext } from '../../../src/services/context/system.js';
import type { MemberFilter } from '../../../src/services/filters/filter.js';
import { memberFilterSql } from '../../../src/services/filters/members.js';
import { addMember, type NewMember, removeMember } from '../../../src/services/members/commands.js';
import { listMembers } from '../../../src/services/members/queries.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';

/** The one language of every client, and the one place where it becomes SQL (spec graphql, "Shape"). */

const READING = { order: null, withGroups: true };

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let v1: string;
let v2: string;
let annId: string;

async function workspaceOf(version: 'V1' | 'V2'): Promise<string> {
  const { workspace } = await createWorkspace(localContext(database, 'SYSTEM'), {
    name: 'Acme',
    version,
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: 'o@acme.test',
    ...(version === 'V1' ? { seats: [{ seatType: 'PRO', total: 5 }] } : {}),
  });
  return workspace.id;
}

async function add(workspaceId: string, person: Omit<NewMember, 'workspaceId'>): Promise<string> {
  const { member } = await addMember(localContext(database, 'SYSTEM'), { workspaceId, ...person });
  return member.id;
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
  v1 = await workspaceOf('V1');
  v2 = await workspaceOf('V2');
  annId = await add(v2, {
    userName: 'Ann@acme.test',
    externalId: 'X1',
    profile: { displayName: 'Ann Lee' },
    access: { role: { role: 'ADMIN' } },
  });
  await add(v2, {
    userName: 'ben@acme.test',
    externalId: 'x1',
    profile: { displayName: '100% Ben_O' },
    access: { role: { role: 'EDITOR', creditLimit: 5 } },
  });
  await add(v2, { userName: 'cleo@other.test', access: { role: { role: 'EDITOR', creditLimit: 50 } } });
  const memberId = await add(v2, { userName: 'dan@acme.test', access: { role: { role: 'ADMIN' } } });
  await removeMember(localContext(database, 'SYSTEM'), { workspaceId: v2, memberId });
  await add(v1, { userName: 'seat@acme.test', access: { seat: { seatType: 'PRO', role: 'MEMBER' } } });
  await add(v1, { userName: 'stand@acme.test' });
  // Ann a year ago, Ben now and the others between.
  await database.rows(
    `update member set created_at = timestamptz '2026-01-01T00:00:00Z' + (case
       when canonical_user_name = 'ann@acme.test' then interval '0' when canonical_user_name = 'ben@acme.test' then interval '2 days'
       else interval '1 day' end)`,
    [],
  );
});

afterAll(async () => {
  await orm.close();
  await testDatabase.drop();
});

/** The first letters of those who are meant; `o` is the owner. */
async function meant(filter: MemberFilter, workspaceId = v2): Promise<string> {
  const context = localContext(database, 'SYSTEM');
  const page = await listMembers(context, workspaceId, filter, { first: 200 }, READING);
  const letters = (await page.nodes()).map(({ userName }) => userName.charAt(0).toLowerCase()).join('');
  const counted = await listMembers(context, workspaceId, filter, { first: 0 }, READING);
  expect(await counted.totalCount()).toBe(letters.length);
  const skipping = await listMembers(context, workspaceId, filter, { first: 200, offset: 1 }, READING);
  expect(await skipping.nodes()).toHaveLength(Math.max(letters.length - 1, 0));
  return letters;
}

const DAY = (day: number) => new Date(Date.UTC(2026, 0, day));

describe('V2', () => {
  test.each<[MemberFilter, string]>([
    [{}, 'oabcd'],
    [{ userName: null, and: null, search: null }, 'oabcd'],

    [{ userName: { eq: 'ANN@ACME.TEST' } }, 'a'],
    [{ userName: { eq: 'ann' } }, ''],
    [{ userName: { ne: 'ann@acme.test' } }, 'obcd'],
    [{ userName: { in: ['ann@acme.test', 'BEN@acme.test', 'x'] } }, 'ab'],
    [{ userName: { in: [] } }, ''],
    [{ userName: { contains: 'OTHER' } }, 'c'],
    [{ userName: { startsWith: 'AN' } }, 'a'],
    [{ userName: { endsWith: '@Acme.test' } }, 'oabd'],
    [{ userName: { gt: 'ben@acme.test' } }, 'ocd'],
    [{ userName: { ge: 'BEN@acme.test', lt: 'dan@acme.test' } }, 'bc'],
    [{ userName: { le: 'ann@acme.test' } }, 'a'],
    [{ userName: { isPresent: true } }, 'oabcd'],
    [{ userName: { isPresent: false } }, ''],
    [{ userName: { eq: '' } }, ''],
    [{ userName: { contains: '' } }, 'oabcd'],

    // Exactly, unlike userName.
    [{ externalId: { eq: 'X1' } }, 'a'],
    [{ externalId: { eq: 'x1' } }, 'b'],
    [{ externalId: { ne: 'X1' } }, 'obcd'],
    [{ externalId: { in: ['X1', 'x1'] } }, 'ab'],
    [{ externalId: { contains: 'X' } }, 'a'],
    [{ externalId: { startsWith: 'x' } }, 'b'],
    [{ externalId: { isPresent: true } }, 'ab'],
    [{ externalId: { isPresent: false } }, 'ocd'],
    [{ not: { externalId: { eq: 'X1' } } }, 'obcd'],
    [{ not: { externalId: { gt: 'a' } } }, 'oacd'],

    [{ active: { eq: true } }, 'oabc'],
    [{ active: { eq: false } }, 'd'],
    [{ active: { ne: true } }, 'd'],
    [{ active: { isPresent: true } }, 'oabcd'],

    [{ role: { in: ['ADMIN'] } }, 'a'],
    [{ role: { in: ['OWNER', 'EDITOR'] } }, 'obc'],
    [{ role: { in: [] } }, ''],
    [{ role: { isPresent: false } }, 'd'],
    [{ not: { role: { in: ['ADMIN'] } } }, 'obcd'],

    [{ creditLimit: { eq: 5 } }, 'b'],
    [{ creditLimit: { ne: 5 } }, 'oacd'],
    [{ creditLimit: { in: [5, 50] } }, 'bc'],
    [{ creditLimit: { gt: 5 } }, 'c'],
    [{ creditLimit: { ge: 5 } }, 'bc'],
    [{ creditLimit: { lt: 50 } }, 'b'],
    [{ creditLimit: { isPresent: false } }, 'oad'],
    [{ not: { creditLimit: { gt: 5 } } }, 'oabd'],

    [{ createdAt: { eq: DAY(1) } }, 'a'],
    [{ createdAt: { gt: DAY(1), lt: DAY(3) } }, 'ocd'],
    [{ createdAt: { ge: DAY(3) } }, 'b'],
    [{ createdAt: { le: DAY(1) } }, 'a'],
    [{ createdAt: { in: [DAY(1), DAY(3)] } }, 'ab'],
    [{ updatedAt: { gt: DAY(1) } }, 'oabcd'],
    [{ updatedAt: { lt: DAY(1) } }, ''],

    [{ search: 'ACME' }, 'oabd'],
    [{ search: ' lee ' }, 'a'],
    [{ search: '' }, 'oabcd'],
    [{ search: '  ' }, 'oabcd'],
    // The wildcards of LIKE are plain characters in a search.
    [{ search: '100%' }, 'b'],
    [{ search: 'n_o' }, 'b'],
    [{ search: '%' }, 'b'],
    [{ search: '_' }, 'b'],
    [{ search: '\\' }, ''],
    [{ userName: { contains: '%' } }, ''],
    [{ userName: { startsWith: '_' } }, ''],
    [{ userName: { startsWith: 'An', endsWith: 'TEST' } }, 'a'],
    [{ not: { userName: { startsWith: 'an' } } }, 'obcd'],

    [{ and: [] }, 'oabcd'],
    [{ or: [] }, ''],
    [{ and: [{ active: { eq: true } }, { role: { in: ['EDITOR'] } }] }, 'bc'],
    [{ or: [{ externalId: { eq: 'X1' } }, { creditLimit: { eq: 50 } }] }, 'ac'],
    [{ not: { or: [{ externalId: { eq: 'X1' } }, { active: { eq: false } }] } }, 'obc'],
    [{ not: { not: { role: { in: ['OWNER'] } } } }, 'o'],
    [{ not: {} }, ''],
    // Everything that is said must hold.
    [{ active: { eq: true }, userName: { endsWith: '@acme.test', ne: 'o@acme.test' } }, 'ab'],
  ])('%j: %s', async (filter, letters) => {
    expect(await meant(filter)).toBe(letters);
  });

  test('search matches each name, each e-mail address and the external id, in any case, and no two of them together', async () => {
    const searched = await workspaceOf('V2');
    await add(searched, {
      userName: 'zoe@acme.test',
      externalId: 'Ext-7',
      profile: {
        displayName: 'Zoë Ärger',
        nickName: 'Zed',
        name: { formatted: 'Dr. Z', givenName: 'Zoë', middleName: 'M.', familyName: 'Ärger' },
        emails: [{ value: 'zoe@acme.test' }, { value: '"z\\oe"@home.test' }],
      },
    });
    const found = [
      'ZOE@A',
      'ext-7',
      'ärger',
      'ZED',
      'dr. z',
      'zoë m. är',
      'ZOE\u0308',
      'HOME.test',
      '"z',
      'z\\O',
    ];
    for (const search of found) expect(await meant({ search }, searched), search).toBe('z');
    const missed = ['zed zoë', 'ext-7zoë', '\\"z', 'value', '@acme.test"', 'oeo', 'm. ärger dr'];
    for (const search of missed) expect(await meant({ search }, searched), search).toBe('');
  });

  test('ids: a malformed id matches nobody', async () => {
    expect(await meant({ id: { eq: annId } })).toBe('a');
    expect(await meant({ id: { eq: annId.toUpperCase() } })).toBe('a');
    expect(await meant({ id: { ne: annId } })).toBe('obcd');
    expect(await meant({ id: { in: [annId, newId(), 'nobody'] } })).toBe('a');
    expect(await meant({ id: { eq: 'nobody' } })).toBe('');
    expect(await meant({ id: { ne: 'nobody' } })).toBe('oabcd');
    expect(await meant({ id: { eq: newId() } })).toBe('');
  });

  test('a prefix of userName is searched by an index, also in a prepared statement', async () => {
    const large = await workspaceOf('V2');
    const values: unknown[] = [large];
    const condition = memberFilterSql({ userName: { startsWith: 'AN' } }, values);
    const plan = await database.transaction(async (tx) => {
      // In a table of a few rows, PostgreSQL takes any index of the workspace.
      await tx.rows(
        `with a as (
           insert into account (id, email, canonical_email, created_at)
           select gen_random_uuid(), n || '@large.test', n || '@large.test', now() from generate_series(1, 1000) n
           returning id, email)
         insert into member (id, workspace_id, account_id, user_name, canonical_user_name, profile, managed_by, version,
           created_at, updated_at)
         select id, $1, id, email, email, '{}', 'WORKSPACE', 1, now(), now() from a`,
        [large],
      );
      await tx.rows('analyze member', []);
      await tx.rows('set local plan_cache_mode = force_generic_plan', []);
      return tx.rows(`explain select id from member m where m.workspace_id = $1 and ${condition}`, values);
    });
    expect(JSON.stringify(plan)).toContain('member_user_name_unique');
  });

  test("values are bound, never written into the statement: '; drop table member; --", async () => {
    expect(await meant({ userName: { eq: "'; drop table member; --" } })).toBe('');
    expect(await meant({ search: "' or true --" })).toBe('');
    expect(await meant({})).toBe('oabcd');
  });

  test.each<MemberFilter>([
    { userName: { eq: 'a\0' } },
    { userName: { in: ['\0'] } },
    { externalId: { contains: '\0' } },
    { search: 'a\0b' },
  ])('text that PostgreSQL cannot store is refused: %j', async (filter) => {
    await expect(meant(filter)).rejects.toThrow(
      new DomainError('INVALID_INPUT', 'Text cannot contain the character NUL.'),
    );
  });
});

describe('V1', () => {
  test.each<[MemberFilter, string]>([
    [{ seatType: { in: ['PRO'] } }, 's'],
    [{ seatType: { in: ['BUILDER'] } }, ''],
    [{ seatType: { isPresent: false } }, 'os'],
    [{ seatType: { isPresent: true } }, 's'],
    [{ role: { in: ['MEMBER'] } }, 'ss'],
  ])('%j: %s', async (filter, letters) => {
    expect(await meant(filter, v1)).toBe(letters);
  });
});

test.each<MemberFilter>([
  { userName: {} },
  { userName: { eq: null } },
  { active: {} },
  { role: { in: null } },
])('an empty comparison is refused, because it would match everybody: %j', async (filter) => {
  const context = localContext(database, 'SYSTEM');
  const [name = ''] = Object.keys(filter);
  await expect(listMembers(context, v2, filter, {}, READING)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: `The comparison of ${name} is empty, which would mean everybody.`,
    details: { attribute: name },
  });
});
