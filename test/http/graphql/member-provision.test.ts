import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiKeyScope } from '../../../src/model/enums.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  auditSize,
  done,
  memberById,
  memberNamed,
  mutate,
  nextAddress,
  pathTo,
  refusals,
  refused,
  roleAccess,
  seatAccess,
  seatHolderNamed,
} from './operations.js';

/** The one command behind SCIM, open to every client (spec graphql): flat, unparsed, checked in the service. */

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  v1 = await app.workspace({ version: 'V1', seats: { builder: 50, pro: 50 } });
  v2 = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

function provision({ workspaceId, apiKey }: TestWorkspace, input: object) {
  return mutate(app, apiKey, 'memberProvision', { workspaceId, ...input });
}

async function created(
  workspace: TestWorkspace,
  input: object = {},
): Promise<{ id: string; userName: string }> {
  const userName = nextAddress();
  const { workspaceId } = workspace;
  const payload = await done(app, workspace.apiKey, 'memberProvision', {
    workspaceId,
    mode: 'CREATE',
    userName,
    ...input,
  });
  return { id: payload.member.id, userName };
}

function provisioned(changed: boolean, member: object): object {
  return { data: { memberProvision: { changed, member } } };
}

describe('values in the forms that identity providers send', () => {
  test('V2: roles in any case, limits as strings of digits', async () => {
    const userName = nextAddress();
    expect(
      await provision(v2, {
        mode: 'CREATE',
        userName,
        externalId: '00u1',
        role: 'Editor',
        creditLimit: '500',
      }),
    ).toEqual(
      provisioned(
        true,
        memberNamed(userName, {
          externalId: '00u1',
          managedBy: 'IDENTITY_PROVIDER',
          role: 'EDITOR',
          access: roleAccess('EDITOR', 500),
        }),
      ),
    );
  });

  test('V1: seat types in any case', async () => {
    const userName = nextAddress();
    expect(await provision(v1, { mode: 'CREATE', userName, seatType: 'Builder' })).toEqual(
      provisioned(
        true,
        seatHolderNamed(userName, { managedBy: 'IDENTITY_PROVIDER', access: seatAccess('BUILDER') }),
      ),
    );
  });

  test.each([
    ['role', 'boss', 'role must be admin, editor or viewer.'],
    ['role', 7, 'role must be admin, editor or viewer.'],
    ['role', ['editor'], 'role must be admin, editor or viewer.'],
    ['creditLimit', 1.5, 'creditLimit must be a whole number from 1 to 2147483647, or empty for no limit.'],
    ['creditLimit', 0, 'creditLimit must be a whole number from 1 to 2147483647, or empty for no limit.'],
    ['creditLimit', '5.0', 'creditLimit must be a whole number from 1 to 2147483647, or empty for no limit.'],
    ['profile', { name: 'Ann' }, expect.stringMatching(/^name must be an object with formatted, /)],
  ])('%s: %j is refused as our error, not as a coercion error', async (attribute, value, message) => {
    const input = { mode: 'CREATE', userName: nextAddress(), [attribute]: value };
    expect(await provision(v2, input)).toEqual(
      refused('memberProvision', 'INVALID_INPUT', message, {
        attribute: attribute === 'profile' ? 'name' : attribute,
      }),
    );
    expect(await app.sql('select 1 from account where email = $1', [input.userName])).toEqual([]);
  });

  test.each(['owner', 'member', 'Guest'])('rule 3: the role %s', async (role) => {
    expect(await provision(v2, { mode: 'CREATE', userName: nextAddress(), role })).toEqual(
      refused(
        'memberProvision',
        'ROLE_NOT_ASSIGNABLE',
        `The role ${role.toLowerCase()} cannot be assigned.`,
        {
          attribute: 'role',
          hint: 'Use admin, editor or viewer.',
        },
      ),
    );
  });
});

describe('rule 1: presence means that the key is present', () => {
  test.each(['CREATE', 'REPLACE', 'PATCH'])(
    '%s with the other version’s attribute, even null or "", is refused',
    async (mode) => {
      const ann = await created(v2);
      const ben = await created(v1);
      const before = [await auditSize(app, v1.workspaceId), await auditSize(app, v2.workspaceId)];
      const target = (id: string, userName: string) =>
        mode === 'CREATE' ? { userName: nextAddress() } : { memberId: id, userName };
      for (const value of [null, '', 'builder']) {
        expect(await provision(v2, { mode, ...target(ann.id, ann.userName), seatType: value })).toMatchObject(
          {
            data: { memberProvision: null },
            errors: [{ extensions: { code: 'WRONG_WORKSPACE_VERSION', path: pathTo('seatType') } }],
          },
        );
        for (const attribute of ['role', 'creditLimit']) {
          expect(
            await provision(v1, {
              mode,
              ...target(ben.id, ben.userName),
              seatType: 'pro',
              [attribute]: value,
            }),
          ).toMatchObject({
            data: { memberProvision: null },
            errors: [{ extensions: { code: 'WRONG_WORKSPACE_VERSION', path: pathTo(attribute) } }],
          });
        }
      }
      expect([await auditSize(app, v1.workspaceId), await auditSize(app, v2.workspaceId)]).toEqual(before);
    },
  );

  test('a variable without a value is not present', async () => {
    const query = `mutation ($workspaceId: ID!, $userName: String!, $seatType: JSON, $role: JSON) {
      memberProvision(input: {
        workspaceId: $workspaceId, mode: CREATE, userName: $userName, seatType: $seatType, role: $role
      }) { changed }
    }`;
    const variables = { workspaceId: v2.workspaceId, userName: nextAddress() };
    expect(await app.graphql(v2.apiKey, query, { ...variables, role: 'editor' })).toEqual({
      data: { memberProvision: { changed: true } },
    });
    expect(await app.graphql(v2.apiKey, query, { ...variables, seatType: null })).toMatchObject({
      errors: [{ extensions: { code: 'WRONG_WORKSPACE_VERSION', path: pathTo('seatType') } }],
    });
  });
});

describe('omitted attributes stay unchanged', () => {
  test.each(['REPLACE', 'PATCH'])('%s', async (mode) => {
    const externalId = nextAddress();
    const ann = await created(v2, {
      externalId,
      profile: { title: 'x' },
      role: 'editor',
      creditLimit: 5,
    });
    const entries = await auditSize(app, v2.workspaceId);
    const same = memberNamed(ann.userName, {
      id: ann.id,
      externalId,
      managedBy: 'IDENTITY_PROVIDER',
      profile: { attributes: { title: 'x' } },
      role: 'EDITOR',
      access: roleAccess('EDITOR', 5),
    });
    const input = { mode, memberId: ann.id, userName: ann.userName };
    expect(await provision(v2, input)).toEqual(provisioned(false, same));
    expect(
      await provision(v2, {
        ...input,
        externalId,
        profile: { title: 'x' },
        active: true,
        role: 'EDITOR',
      }),
    ).toEqual(provisioned(false, same));
    expect(await auditSize(app, v2.workspaceId)).toBe(entries);
  });

  test('PATCH: null clears what can be cleared', async () => {
    const externalId = nextAddress();
    const ann = await created(v2, {
      externalId,
      profile: { title: 'x' },
      role: 'editor',
      creditLimit: 5,
    });
    const nothing = { externalId: null, profile: null, creditLimit: null };
    expect(await provision(v2, { mode: 'PATCH', memberId: ann.id, ...nothing })).toEqual(
      provisioned(
        true,
        memberNamed(ann.userName, {
          id: ann.id,
          version: 2,
          managedBy: 'IDENTITY_PROVIDER',
          role: 'EDITOR',
          access: roleAccess('EDITOR'),
        }),
      ),
    );
    const ben = await created(v1, { seatType: 'pro' });
    expect(await provision(v1, { mode: 'PATCH', memberId: ben.id, seatType: null })).toEqual(
      provisioned(
        true,
        seatHolderNamed(ben.userName, { id: ben.id, version: 2, managedBy: 'IDENTITY_PROVIDER' }),
      ),
    );
  });
});

describe('rule 21a: an update that leaves the member inactive', () => {
  test('has its access checked, not stored, and takes no seat', async () => {
    const ann = await created(v1, { active: false });
    const before = await memberById(app, v1.apiKey, v1.workspaceId, ann.id);
    const input = { mode: 'REPLACE', memberId: ann.id, userName: ann.userName };
    expect(await provision(v1, { ...input, seatType: 'pro' })).toEqual(provisioned(false, before));
    expect(await provision(v1, { ...input, seatType: 'throne' })).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', path: pathTo('seatType') } }],
    });
  });
});

describe('rule 6: credit limits', () => {
  test('from the dashboard come back with a change to viewer as an echo, which clears the limit', async () => {
    const ann = await created(v2, { role: 'editor' });
    const { workspaceId } = v2;
    await done(app, app.operatorToken, 'memberSetCreditLimit', {
      workspaceId,
      memberId: ann.id,
      creditLimit: 500,
    });
    const replace = { mode: 'REPLACE', memberId: ann.id, userName: ann.userName, role: 'viewer' };
    expect(await provision(v2, { ...replace, creditLimit: 500 })).toEqual(
      provisioned(
        true,
        memberNamed(ann.userName, { id: ann.id, version: 3, managedBy: 'IDENTITY_PROVIDER' }),
      ),
    );
  });

  test('that the identity provider set are refused for a viewer, with both ways to correct it', async () => {
    const ann = await created(v2, { role: 'editor', creditLimit: 500 });
    const replace = { mode: 'REPLACE', memberId: ann.id, userName: ann.userName, role: 'viewer' };
    expect(await provision(v2, { ...replace, creditLimit: 500 })).toEqual(
      refused(
        'memberProvision',
        'CREDIT_LIMIT_NOT_ALLOWED',
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
        {
          attribute: 'creditLimit',
          hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
        },
      ),
    );
  });
});

describe('the origin of a change', () => {
  test.each<[ApiKeyScope[], string]>([
    [['SCIM'], 'IDENTITY_PROVIDER'],
    [['SCIM', 'MEMBERS_WRITE'], 'IDENTITY_PROVIDER'],
    [['MEMBERS_WRITE'], 'WORKSPACE'],
  ])('by a key with %j is %s', async (scopes, managedBy) => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const apiKey = await app.key(workspaceId, scopes);
    const userName = nextAddress();
    const input = { workspaceId, mode: 'CREATE', userName };
    expect(await mutate(app, apiKey, 'memberProvision', input)).toEqual(
      provisioned(true, memberNamed(userName, { managedBy })),
    );
  });

  test('by people does not change that the identity provider manages the member', async () => {
    const ann = await created(v2);
    const input = { workspaceId: v2.workspaceId, memberId: ann.id, externalId: 'x' };
    const { member } = await done(app, app.operatorToken, 'memberUpdate', input);
    expect(member.managedBy).toBe('IDENTITY_PROVIDER');
  });

  test('by the identity provider makes it manage a member that people managed', async () => {
    const { workspaceId } = v2;
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: nextAddress(),
    });
    expect(member.managedBy).toBe('WORKSPACE');
    const target = { workspaceId, memberId: member.id, mode: 'PATCH' };
    const taken = await done(app, v2.apiKey, 'memberProvision', { ...target, externalId: 'y' });
    expect(taken.member.managedBy).toBe('IDENTITY_PROVIDER');
  });

  test('who adds a member again manages it', async () => {
    const ann = await created(v2);
    const { workspaceId } = v2;
    await done(app, v2.apiKey, 'memberRemove', { workspaceId, memberId: ann.id });
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: ann.userName,
    });
    expect(member).toMatchObject({ id: ann.id, managedBy: 'WORKSPACE' });
  });

  test("rule 6: a limit that the identity provider's key sets through another mutation counts as the provider's", async () => {
    const { workspaceId } = v2;
    const scimKey = await app.key(workspaceId, ['SCIM']);
    const ann = await created(v2, { role: 'editor' });
    const target = { workspaceId, memberId: ann.id };
    await done(app, scimKey, 'memberSetCreditLimit', { ...target, creditLimit: 500 });
    const answer = await mutate(app, scimKey, 'memberProvision', {
      ...target,
      mode: 'REPLACE',
      userName: ann.userName,
      role: 'viewer',
      creditLimit: 500,
    });
    expect(answer.errors?.[0].extensions.code).toBe('CREDIT_LIMIT_NOT_ALLOWED');
  });

  test('no identity provider makes a V1 member an admin', async () => {
    const { workspaceId } = v1;
    const scimKey = await app.key(workspaceId, ['SCIM']);
    const access = { seatAccess: { role: 'ADMIN' } };
    const { id: memberId } = await created(v1);
    const added = { workspaceId, userName: nextAddress(), access };
    expect(await mutate(app, scimKey, 'memberAdd', added)).toEqual(
      refusals.forbidden('memberAdd', 'member.appointV1Admin', true),
    );
    expect(await mutate(app, scimKey, 'memberSetAccess', { workspaceId, memberId, access })).toEqual(
      refusals.forbidden('memberSetAccess', 'member.appointV1Admin', true),
    );
  });
});

describe('memberId', () => {
  test('is refused in a CREATE', async () => {
    const { id } = await created(v2);
    expect(await provision(v2, { mode: 'CREATE', memberId: id, userName: nextAddress() })).toEqual(
      refused('memberProvision', 'INVALID_INPUT', 'A new member has no memberId.', { attribute: 'memberId' }),
    );
  });

  test.each(['REPLACE', 'PATCH'])('is required for %s, and must be of a member', async (mode) => {
    const userName = nextAddress();
    expect(await provision(v2, { mode, userName })).toEqual(
      refused('memberProvision', 'INVALID_INPUT', 'memberId is required.', { attribute: 'memberId' }),
    );
    for (const memberId of ['nobody', '01930000-0000-7000-8000-000000000000']) {
      expect(await provision(v2, { mode, memberId, userName })).toEqual(refusals.noMember('memberProvision'));
    }
  });
});
