import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { needed } from '../../../src/auth/policy.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { countingStatements } from '../../statements.js';
import {
  auditSize,
  done,
  errorAt,
  expectSeatsToAddUp,
  INACTIVE,
  INVITATION,
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
  seatHolderNamed,
  UUID,
} from './operations.js';

/** Rule 22, and rules 3–11, 14, 15 and 28 as they hold for it. */

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;
let owner: string;

beforeAll(async () => {
  app = await startTestApp({ invitationUrl: 'https://app.acme.test/join?invitation={token}' });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  v1 = await app.workspace({ version: 'V1', seats: { pro: 1 } });
  v2 = await app.workspace({ version: 'V2' });
  owner = await app.session(v2.ownerEmail);
});

afterEach(async () => {
  await expectInvariants(app);
});

const TOKEN = expect.stringMatching(/^rollcall_invitation_[0-9a-f]{16}_[\w-]{43}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

/** An invitation that was just made by an owner of the V2 workspace, whole. */
function invitation(email: string | null, more: object = {}): object {
  return {
    id: UUID,
    kind: email === null ? 'LINK' : 'EMAIL',
    email,
    role: null,
    access: null,
    status: 'PENDING',
    invitedBy: v2.ownerEmail,
    createdAt: TIME,
    sentAt: TIME,
    expiresAt: TIME,
    maxUses: email === null ? null : 1,
    useCount: 0,
    acceptedAt: null,
    acceptedBy: null,
    revokedAt: null,
    delivery: email === null ? null : 'NOT_SENT',
    deliveryError: null,
    ...more,
  };
}

/** A session of a person, whose account is created if needed. */
async function sessionOf(email: string): Promise<string> {
  const { token } = await done(app, app.operatorToken, 'sessionCreate', { email, createAccount: true });
  return token;
}

interface Invited {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly session: string;
}

/** Invites somebody new, by an operator, and gives them a session. */
async function invite({ workspaceId }: TestWorkspace, access?: object): Promise<Invited> {
  const email = nextAddress();
  const input = { workspaceId, email, ...(access === undefined ? {} : { access }) };
  const { token, invitation: made } = await done(app, app.operatorToken, 'invitationCreate', input);
  return { id: made.id, email, token, session: await sessionOf(email) };
}

async function link(
  { workspaceId }: TestWorkspace,
  more: object = {},
): Promise<{ id: string; token: string }> {
  const made = await done(app, app.operatorToken, 'invitationLinkCreate', { workspaceId, ...more });
  return { id: made.invitation.id, token: made.token };
}

async function statusOf(id: string): Promise<string> {
  const query = 'query ($id: ID!) { node(id: $id) { ... on Invitation { status } } }';
  return (await app.graphql(app.operatorToken, query, { id })).data.node.status;
}

async function expire(id: string): Promise<void> {
  await app.sql(
    "update invitation set sent_at = sent_at - interval '61 days', expires_at = expires_at - interval '61 days' where id = $1",
    [id],
  );
}

const closed = (
  name: 'invitationAccept' | 'invitationResend' | 'invitationRevoke',
  message: string,
  hint: string,
) => refused(name, 'INVITATION_CLOSED', message, { hint });

const ASK = 'Ask an owner or admin of the workspace for a new invitation.';
const UNKNOWN = refused('invitationAccept', 'NOT_FOUND', 'There is no such invitation.', {
  attribute: 'token',
  hint: 'Copy the whole token. Where the invitation was sent more than once, the last mail counts.',
});
const NOT_HERE = 'There is no such invitation in this workspace.';

describe('invitationCreate', () => {
  test('is valid for 60 days, and stores only a hash of the token', async () => {
    const email = nextAddress();
    const input = { workspaceId: v2.workspaceId, email: ` ${email} ` };
    const made = await done(app, owner, 'invitationCreate', input);
    expect(made).toEqual({
      token: TOKEN,
      url: `https://app.acme.test/join?invitation=${made.token}`,
      invitation: invitation(email),
    });
    const { id, sentAt, createdAt, expiresAt } = made.invitation;
    expect(sentAt).toBe(createdAt);
    expect(Date.parse(expiresAt) - Date.parse(sentAt)).toBe(60 * 86_400_000);
    const [row] = await app.sql<{ hash: string; all: string }>(
      'select hash, i::text as all from invitation i where id = $1',
      [id],
    );
    expect(row?.hash).toBe(createHash('sha256').update(made.token).digest('hex'));
    expect(row?.all).not.toContain(made.token.slice(-43));
  });

  test('rule 28: writes one entry, without the token', async () => {
    const { id, email, token } = await invite(v2, { roleAccess: { role: 'EDITOR', creditLimit: 7 } });
    const entries = await app.sql<{ changes: object }>(
      'select actor_type, channel, action, target_type, target_label, changes from audit_entry where target_id = $1',
      [id],
    );
    expect(entries).toEqual([
      {
        actor_type: 'OPERATOR',
        channel: 'GRAPHQL',
        action: 'invitation.create',
        target_type: 'invitation',
        target_label: email,
        changes: {
          email: { before: null, after: email },
          role: { before: null, after: 'EDITOR' },
          creditLimit: { before: null, after: 7 },
          maxUses: { before: null, after: 1 },
          expiresAt: { before: null, after: TIME },
        },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  test.each([
    [{ roleAccess: { role: 'EDITOR', creditLimit: 5 } }, { role: 'EDITOR', access: roleAccess('EDITOR', 5) }],
    [{ roleAccess: { role: 'ADMIN' } }, { role: 'ADMIN', access: roleAccess('ADMIN') }],
  ])('V2: returns the access that it gives: %j', async (access, shown) => {
    const email = nextAddress();
    const input = { workspaceId: v2.workspaceId, email, access };
    expect((await done(app, owner, 'invitationCreate', input)).invitation).toEqual(invitation(email, shown));
  });

  test('V1: returns the access that it gives, and takes no seat yet', async () => {
    const email = nextAddress();
    const input = { workspaceId: v1.workspaceId, email, access: { seatAccess: { seatType: 'PRO' } } };
    const made = await done(app, app.operatorToken, 'invitationCreate', input);
    const shown = { role: 'MEMBER', access: seatAccess('PRO'), invitedBy: 'operator' };
    expect(made.invitation).toEqual(invitation(email, shown));
    expect(
      await app.sql('select used from seat_allocation where workspace_id = $1', [v1.workspaceId]),
    ).toEqual([{ used: 0 }]);
  });

  test('rules 1 and 6: refuses wrong access at once, not on acceptance', async () => {
    const before = await auditSize(app, v2.workspaceId);
    const attempt = (access: object, { workspaceId } = v2) =>
      mutate(app, app.operatorToken, 'invitationCreate', { workspaceId, email: nextAddress(), access });
    expect(await attempt({ roleAccess: { role: 'VIEWER', creditLimit: 5 } })).toEqual(
      refused(
        'invitationCreate',
        'CREDIT_LIMIT_NOT_ALLOWED',
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
        {
          attribute: 'creditLimit',
          hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
        },
      ),
    );
    expect(await attempt({ seatAccess: { seatType: 'PRO' } })).toEqual(
      refused('invitationCreate', 'WRONG_WORKSPACE_VERSION', 'seatAccess does not exist on a V2 workspace.', {
        attribute: 'seatAccess',
        hint: 'Send roleAccess instead.',
      }),
    );
    expect(await attempt({ roleAccess: { role: 'EDITOR' } }, v1)).toEqual(
      refused('invitationCreate', 'WRONG_WORKSPACE_VERSION', 'roleAccess does not exist on a V1 workspace.', {
        attribute: 'roleAccess',
        hint: 'Send seatAccess instead.',
      }),
    );
    // Rule 3: owner, member and guest are no values of the input at all.
    expect(await attempt({ roleAccess: { role: 'OWNER' } })).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', path: pathTo('access.roleAccess.role') } }],
    });
    expect(await auditSize(app, v2.workspaceId)).toBe(before);
  });

  test.each(['', 'ann', 'ann@', 'ann lee@acme.test'])('refuses %j as an address', async (email) => {
    expect(await mutate(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email })).toEqual(
      refused('invitationCreate', 'INVALID_INPUT', 'email must have the form ann@example.com.', {
        attribute: 'email',
      }),
    );
  });

  test('refuses a second invitation of one address, without case', async () => {
    const { email } = await invite(v2);
    const again = email.toUpperCase();
    expect(
      await mutate(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email: again }),
    ).toEqual(
      refused(
        'invitationCreate',
        'ALREADY_INVITED',
        `${again} has been invited already, and has not accepted yet.`,
        {
          attribute: 'email',
          hint: 'Send that invitation again, or revoke it and invite anew.',
        },
      ),
    );
    await done(app, app.operatorToken, 'invitationCreate', { workspaceId: v1.workspaceId, email });
  });

  test('refuses an active member, and invites a removed one', async () => {
    const { memberId, email } = await person(app, v2);
    const input = { workspaceId: v2.workspaceId, email: email.toUpperCase() };
    expect(await mutate(app, owner, 'invitationCreate', input)).toEqual(
      refused(
        'invitationCreate',
        'ALREADY_A_MEMBER',
        `${input.email} is already a member of this workspace.`,
        {
          attribute: 'email',
          hint: 'Nothing is to be done. To give them other access, change the member.',
        },
      ),
    );
    await done(app, owner, 'memberRemove', { workspaceId: v2.workspaceId, memberId });
    expect((await done(app, owner, 'invitationCreate', input)).invitation).toEqual(invitation(input.email));
  });

  test('renews an expired invitation, in the same record', async () => {
    const { id, email, token, session } = await invite(v2);
    await expire(id);
    expect(await statusOf(id)).toBe('EXPIRED');
    const access = { roleAccess: { role: 'EDITOR' } };
    const anew = await done(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email, access });
    expect(anew.invitation).toEqual(invitation(email, { id, role: 'EDITOR', access: roleAccess('EDITOR') }));
    expect(await mutate(app, session, 'invitationAccept', { token })).toEqual(UNKNOWN);
    await done(app, session, 'invitationAccept', { token: anew.token });
  });

  test('is for owners, admins, and keys with MEMBERS_WRITE', async () => {
    const input = () => ({ workspaceId: v2.workspaceId, email: nextAddress() });
    const admin = await person(app, v2, { roleAccess: { role: 'ADMIN' } });
    const editor = await person(app, v2, { roleAccess: { role: 'EDITOR' } });
    const stranger = await person(app, v1);
    await done(app, admin.token, 'invitationCreate', input());
    await done(app, await app.key(v2.workspaceId, ['MEMBERS_WRITE']), 'invitationCreate', input());
    const name = 'invitationCreate';
    expect(await mutate(app, editor.token, name, input())).toEqual(
      refusals.forbidden(name, 'invitation.manage'),
    );
    for (const scope of ['SCIM', 'MEMBERS_READ'] as const) {
      const key = await app.key(v2.workspaceId, [scope]);
      expect(await mutate(app, key, name, input())).toEqual(
        refusals.forbidden(name, 'invitation.manage', true),
      );
    }
    expect(await mutate(app, stranger.token, name, input())).toEqual(refusals.noWorkspace(name));
    expect(await mutate(app, v1.apiKey, name, input())).toEqual(refusals.noWorkspace(name));
    expect(await mutate(app, undefined, name, input())).toEqual(refusals.unauthenticated(name));
  });
});

describe('invitationAccept', () => {
  test('V2: adds the person as memberAdd does', async () => {
    const { id, email, token, session } = await invite(v2, {
      roleAccess: { role: 'EDITOR', creditLimit: 9 },
    });
    const accepted = await done(app, session, 'invitationAccept', { token: ` ${token}\n` });
    expect(accepted).toEqual({
      changed: true,
      member: memberNamed(email, { role: 'EDITOR', access: roleAccess('EDITOR', 9) }),
      workspace: { id: v2.workspaceId, name: expect.any(String) },
    });
    const { member } = accepted;
    const query = `query ($id: ID!) { node(id: $id) { ... on Invitation {
      status useCount acceptedAt acceptedBy { id } workspace { id } viewerCan {
        revoke { allowed refusal { code message } } resend { allowed refusal { code message } } } } } }`;
    const no = {
      allowed: false,
      refusal: { code: 'INVITATION_CLOSED', message: 'The invitation has been accepted.' },
    };
    expect(await app.graphql(owner, query, { id })).toEqual({
      data: {
        node: {
          status: 'ACCEPTED',
          useCount: 1,
          acceptedAt: TIME,
          acceptedBy: { id: member.id },
          workspace: { id: v2.workspaceId },
          viewerCan: { revoke: no, resend: no },
        },
      },
    });
    const entries = await app.sql(
      `select actor_label, action, changes from audit_entry
       where target_id in ($1, $2) and action <> 'invitation.create' order by id`,
      [id, member.id],
    );
    expect(entries).toEqual([
      {
        actor_label: email,
        action: 'member.add',
        changes: {
          userName: { before: null, after: email },
          active: { before: null, after: true },
          role: { before: null, after: 'EDITOR' },
          creditLimit: { before: null, after: 9 },
        },
      },
      {
        actor_label: email,
        action: 'invitation.accept',
        changes: {
          acceptedBy: { before: null, after: { id: member.id, userName: email } },
          useCount: { before: 0, after: 1 },
        },
      },
    ]);
  });

  test('rules 4 and 10: without access gives the default of the workspace at that moment', async () => {
    const { token, session, email } = await invite(v2);
    await done(app, owner, 'workspaceUpdate', { workspaceId: v2.workspaceId, defaultRole: 'EDITOR' });
    const { member } = await done(app, session, 'invitationAccept', { token });
    expect(member).toEqual(memberNamed(email, { role: 'EDITOR', access: roleAccess('EDITOR') }));
    const other = await invite(v1);
    expect((await done(app, other.session, 'invitationAccept', { token: other.token })).member).toEqual(
      seatHolderNamed(other.email),
    );
  });

  test('V1: takes the seat now; without a free one the invitation stays open', async () => {
    const access = { seatAccess: { seatType: 'PRO', role: 'ADMIN' } };
    const [first, second] = [await invite(v1, access), await invite(v1, access)];
    const { member } = await done(app, first.session, 'invitationAccept', { token: first.token });
    expect(member).toEqual(seatHolderNamed(first.email, { role: 'ADMIN', access: seatAccess('PRO') }));
    expect(await mutate(app, second.session, 'invitationAccept', { token: second.token })).toEqual(
      refusals.noSeat('invitationAccept', 'PRO', 1, 1),
    );
    expect(await statusOf(second.id)).toBe('PENDING');
    const target = { workspaceId: v1.workspaceId, memberId: member.id };
    await done(app, app.operatorToken, 'memberRemove', target);
    await done(app, second.session, 'invitationAccept', { token: second.token });
    await expectSeatsToAddUp(app, v1.workspaceId);
  });

  test('rule 15: a returning person keeps the member id, visible to the session that accepted', async () => {
    const { memberId, email, token: session } = await person(app, v2, { roleAccess: { role: 'ADMIN' } });
    const other = await app.session(email);
    await done(app, owner, 'memberRemove', { workspaceId: v2.workspaceId, memberId });
    const { token } = await done(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email });
    const { member } = await done(app, session, 'invitationAccept', { token });
    expect(member).toEqual(memberNamed(email, { id: memberId, version: 3 }));
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    const seen = async (credential: string) =>
      (await app.graphql(credential, query, { id: v2.workspaceId })).data;
    expect(await seen(session)).toEqual({ workspace: { id: v2.workspaceId } });
    expect(await seen(other)).toEqual({ workspace: null });
  });

  test('a second click changes nothing and succeeds', async () => {
    const { token, session } = await invite(v2);
    const { member } = await done(app, session, 'invitationAccept', { token });
    const size = await auditSize(app, v2.workspaceId);
    expect(await done(app, session, 'invitationAccept', { token })).toMatchObject({ changed: false, member });
    expect(await auditSize(app, v2.workspaceId)).toBe(size);
  });

  test('a stolen mail cannot be accepted by another account', async () => {
    const { id, token } = await invite(v2);
    const thief = await sessionOf(nextAddress());
    expect(await mutate(app, thief, 'invitationAccept', { token })).toEqual(
      refused('invitationAccept', 'FORBIDDEN', 'This invitation is for another e-mail address than yours.', {
        hint: 'Sign in with the address to which it was sent, or ask for an invitation to yours.',
      }),
    );
    // The answer does not reveal the state either: it is the same once the invitation is closed.
    await done(app, owner, 'invitationRevoke', { workspaceId: v2.workspaceId, invitationId: id });
    expect(await mutate(app, thief, 'invitationAccept', { token })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('the address is compared without case', async () => {
    const email = nextAddress();
    const session = await sessionOf(email);
    const input = { workspaceId: v2.workspaceId, email: email.toUpperCase() };
    const { token } = await done(app, owner, 'invitationCreate', input);
    expect((await done(app, session, 'invitationAccept', { token })).member).toEqual(memberNamed(email));
  });

  test('every invalid token gets the same answer', async () => {
    const { token, session } = await invite(v2);
    const wrong = [
      '',
      'token',
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      token.replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_'),
      token.replace('_invitation_', '_session_'),
      session,
    ];
    for (const other of wrong)
      expect(await mutate(app, session, 'invitationAccept', { token: other })).toEqual(UNKNOWN);
  });

  test('a token is not a credential', async () => {
    const { token } = await invite(v2);
    expect(await mutate(app, token, 'invitationAccept', { token })).toEqual(
      refusals.unauthenticated('invitationAccept'),
    );
    expect(
      await mutate(app, token.replace('_invitation_', '_session_'), 'invitationAccept', { token }),
    ).toEqual(refusals.unauthenticated('invitationAccept'));
  });

  test('keys and operators cannot accept', async () => {
    const { token } = await invite(v2);
    for (const credential of [app.operatorToken, v2.apiKey]) {
      expect(await mutate(app, credential, 'invitationAccept', { token })).toEqual(
        refused(
          'invitationAccept',
          'FORBIDDEN',
          'An invitation is accepted by a person, with a session of their own.',
          {
            hint: 'Send the session token of the person in the Authorization header. An operator mints one with sessionCreate.',
          },
        ),
      );
    }
  });

  test('a closed invitation says so, and what to do', async () => {
    const [revoked, expired] = [await invite(v2), await invite(v2)];
    await done(app, owner, 'invitationRevoke', { workspaceId: v2.workspaceId, invitationId: revoked.id });
    expect(await mutate(app, revoked.session, 'invitationAccept', { token: revoked.token })).toEqual(
      closed('invitationAccept', 'The invitation has been revoked.', ASK),
    );
    await expire(expired.id);
    expect(await mutate(app, expired.session, 'invitationAccept', { token: expired.token })).toEqual(
      closed(
        'invitationAccept',
        'The invitation has expired: it was valid for 60 days.',
        'Ask an owner or admin of the workspace to send it again.',
      ),
    );
  });

  test('a removed person does not come back with the mail that invited them', async () => {
    const { token, session } = await invite(v2);
    const { member } = await done(app, session, 'invitationAccept', { token });
    await done(app, owner, 'memberRemove', { workspaceId: v2.workspaceId, memberId: member.id });
    expect(await mutate(app, session, 'invitationAccept', { token })).toEqual(
      closed('invitationAccept', 'The invitation has been accepted and cannot be used again.', ASK),
    );
    expect(await memberById(app, owner, v2.workspaceId, member.id)).toMatchObject(INACTIVE);
  });
});

describe('a person who was invited and is added in another way', () => {
  const added = async (email: string) => {
    const answer = await app.scim(v2.workspaceId, v2.apiKey).post('/Users', { userName: email });
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };

  test('has the invitation superseded, and its link shows the member', async () => {
    const { id, email, token, session } = await invite(v2, { roleAccess: { role: 'ADMIN' } });
    const memberId = await added(email);
    expect(await statusOf(id)).toBe('SUPERSEDED');
    const accepted = await done(app, session, 'invitationAccept', { token });
    expect(accepted).toMatchObject({ changed: false, member: { id: memberId, role: 'VIEWER' } });
    const target = { workspaceId: v2.workspaceId, invitationId: id };
    expect(await mutate(app, owner, 'invitationResend', target)).toMatchObject({
      errors: [{ extensions: { code: 'ALREADY_A_MEMBER' } }],
    });
  });

  test.each(['memberRemove', 'memberDelete'] as const)(
    'rule 16a: after %s cannot use the old mail',
    async (end) => {
      const { id, email, token, session } = await invite(v2, { roleAccess: { role: 'ADMIN' } });
      const memberId = await added(email);
      await done(app, owner, end, { workspaceId: v2.workspaceId, memberId });
      expect(await statusOf(id)).toBe(end === 'memberRemove' ? 'SUPERSEDED' : 'REVOKED');
      expect(await mutate(app, session, 'invitationAccept', { token })).toMatchObject({
        errors: [
          {
            message: 'You have been removed from this workspace since the invitation was sent.',
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      });
      const anew = await done(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email });
      await done(app, session, 'invitationAccept', { token: anew.token });
    },
  );
});

describe('links', () => {
  test('let in everybody who has them, as often as they may be used', async () => {
    const made = await done(app, owner, 'invitationLinkCreate', {
      workspaceId: v2.workspaceId,
      access: { roleAccess: { role: 'EDITOR' } },
      maxUses: 2,
    });
    expect(made).toEqual({
      token: TOKEN,
      url: `https://app.acme.test/join?invitation=${made.token}`,
      invitation: invitation(null, { role: 'EDITOR', access: roleAccess('EDITOR'), maxUses: 2 }),
    });
    const { token } = made;
    for (const email of [nextAddress(), nextAddress()]) {
      const { member, changed } = await done(app, await sessionOf(email), 'invitationAccept', { token });
      expect(changed).toBe(true);
      expect(member).toEqual(memberNamed(email, { role: 'EDITOR', access: roleAccess('EDITOR') }));
    }
    expect(await statusOf(made.invitation.id)).toBe('ACCEPTED');
    expect(await mutate(app, await sessionOf(nextAddress()), 'invitationAccept', { token })).toEqual(
      closed('invitationAccept', 'The invitation has been accepted and cannot be used again.', ASK),
    );
  });

  test('without a limit let in any number; a member uses nothing up', async () => {
    const { id, token } = await link(v2);
    const session = await sessionOf(nextAddress());
    await done(app, session, 'invitationAccept', { token });
    expect(await done(app, session, 'invitationAccept', { token })).toMatchObject({ changed: false });
    expect(await done(app, owner, 'invitationAccept', { token })).toMatchObject({ changed: false });
    expect(await app.sql('select use_count, accepted_at from invitation where id = $1', [id])).toEqual([
      { use_count: 1, accepted_at: null },
    ]);
    expect(await statusOf(id)).toBe('PENDING');
  });

  test('do not let in a person who was removed since they were created', async () => {
    const { token } = await link(v2);
    const session = await sessionOf(nextAddress());
    const { member } = await done(app, session, 'invitationAccept', { token });
    await done(app, owner, 'memberRemove', { workspaceId: v2.workspaceId, memberId: member.id });
    const hint = 'Ask an owner or admin of the workspace to add you, or to invite you by e-mail.';
    expect(await mutate(app, session, 'invitationAccept', { token })).toEqual(
      refused(
        'invitationAccept',
        'FORBIDDEN',
        'You have been removed from this workspace since the link was made.',
        {
          hint,
        },
      ),
    );
    // A link that is made afterwards is for them as well.
    const later = await link(v2);
    expect((await done(app, session, 'invitationAccept', { token: later.token })).member.id).toBe(member.id);
  });

  test('let nobody in when revoked; after a renewal, the former token does not work', async () => {
    const { id, token } = await link(v2);
    const target = { workspaceId: v2.workspaceId, invitationId: id };
    const { token: newer } = await done(app, owner, 'invitationResend', target);
    const session = await sessionOf(nextAddress());
    expect(await mutate(app, session, 'invitationAccept', { token })).toEqual(UNKNOWN);
    await done(app, session, 'invitationAccept', { token: newer });
    await done(app, owner, 'invitationRevoke', target);
    expect(await mutate(app, await sessionOf(nextAddress()), 'invitationAccept', { token: newer })).toEqual(
      closed('invitationAccept', 'The invitation has been revoked.', ASK),
    );
  });

  test.each([0, -1, 1.5])('refuse maxUses %j', async (maxUses) => {
    expect(
      await mutate(app, owner, 'invitationLinkCreate', { workspaceId: v2.workspaceId, maxUses }),
    ).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT', path: pathTo('maxUses') } }] });
  });
});

test('rule 16: a link does not restore the access that a removal has ended for a session', async () => {
  const { token } = await link(v2);
  const { memberId, email, token: session } = await person(app, v2);
  await done(app, owner, 'memberRemove', { workspaceId: v2.workspaceId, memberId });
  await done(app, owner, 'memberAdd', { workspaceId: v2.workspaceId, userName: email });
  expect(await done(app, session, 'invitationAccept', { token })).toMatchObject({ changed: false });
  const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
  expect(await app.graphql(session, query, { id: v2.workspaceId })).toMatchObject({
    data: { workspace: null },
    errors: [
      {
        extensions: {
          code: 'FORBIDDEN',
          hint: 'Have the person sign in again, at the path in extensions.signInUrl.',
          signInUrl: '/sign-in?returnTo=/',
        },
      },
    ],
  });
});

describe('invitationRevoke and invitationResend', () => {
  test('revoking records the time; a second time changes nothing', async () => {
    const { id, email } = await invite(v2);
    const target = { workspaceId: v2.workspaceId, invitationId: id };
    const shown = invitation(email, { id, status: 'REVOKED', revokedAt: TIME, invitedBy: 'operator' });
    expect(await done(app, owner, 'invitationRevoke', target)).toEqual({ changed: true, invitation: shown });
    const size = await auditSize(app, v2.workspaceId);
    expect(await done(app, owner, 'invitationRevoke', target)).toEqual({ changed: false, invitation: shown });
    expect(await auditSize(app, v2.workspaceId)).toBe(size);
    expect(await mutate(app, owner, 'invitationResend', target)).toEqual(
      closed('invitationResend', 'The invitation has been revoked.', 'Create a new invitation.'),
    );
    await done(app, owner, 'invitationCreate', { workspaceId: v2.workspaceId, email });
  });

  test('resending gives another token and 60 more days, also after the end of the invitation', async () => {
    const { id, email, token, session } = await invite(v2);
    await expire(id);
    const target = { workspaceId: v2.workspaceId, invitationId: id };
    const again = await done(app, owner, 'invitationResend', target);
    expect(again).toEqual({
      token: TOKEN,
      url: `https://app.acme.test/join?invitation=${again.token}`,
      invitation: invitation(email, { id, invitedBy: 'operator' }),
    });
    const { sentAt, expiresAt } = again.invitation;
    expect(Date.parse(expiresAt) - Date.parse(sentAt)).toBe(60 * 86_400_000);
    expect(again.token).not.toBe(token);
    expect(await mutate(app, session, 'invitationAccept', { token })).toEqual(UNKNOWN);
    await done(app, session, 'invitationAccept', { token: again.token });
    expect(await mutate(app, owner, 'invitationResend', target)).toEqual(
      closed('invitationResend', 'The invitation has been accepted.', 'Create a new invitation.'),
    );
    expect(await mutate(app, owner, 'invitationRevoke', target)).toEqual(
      closed('invitationRevoke', 'The invitation has been accepted.', 'Remove the member instead.'),
    );
  });

  test.each(['invitationRevoke', 'invitationResend'] as const)(
    '%s is refused for other callers and other workspaces',
    async (name) => {
      const { id } = await invite(v2);
      const foreign = await invite(v1);
      const target = { workspaceId: v2.workspaceId, invitationId: id };
      const editor = await person(app, v2, { roleAccess: { role: 'EDITOR' } });
      expect(await mutate(app, editor.token, name, target)).toEqual(
        refusals.forbidden(name, 'invitation.manage'),
      );
      for (const invitationId of [foreign.id, 'mine', '01930000-0000-7000-8000-000000000000']) {
        expect(await mutate(app, owner, name, { ...target, invitationId })).toEqual(
          refused(name, 'NOT_FOUND', NOT_HERE),
        );
      }
      expect(await statusOf(id)).toBe('PENDING');
    },
  );
});

describe('Workspace.invitations', () => {
  const QUERY = `query ($id: ID!, $filter: InvitationFilter, $orderBy: InvitationOrder, $first: Int, $after: String) {
    workspace(id: $id) { invitations(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { id } } } }`;

  const list = async (variables: object = {}) => {
    const answer = await app.graphql(owner, QUERY, { id: v2.workspaceId, ...variables });
    expect(answer).toEqual({ data: { workspace: { invitations: expect.anything() } } });
    return answer.data.workspace.invitations;
  };
  const ids = async (filter: object, orderBy?: object): Promise<string[]> =>
    (await list({ filter, orderBy })).nodes.map(({ id }: { id: string }) => id);

  test('by status, kind and address, in every order, in pages', async () => {
    const [pending, accepted, revoked, expired] = [
      await invite(v2),
      await invite(v2),
      await invite(v2),
      await invite(v2),
    ];
    const open = await link(v2);
    await done(app, accepted.session, 'invitationAccept', { token: accepted.token });
    await done(app, owner, 'invitationRevoke', { workspaceId: v2.workspaceId, invitationId: revoked.id });
    await expire(expired.id);
    const all = [open, expired, revoked, accepted, pending].map(({ id }) => id);
    expect(await ids({})).toEqual(all);
    expect(await ids({ status: { eq: 'PENDING' } })).toEqual([open.id, pending.id]);
    expect(await ids({ status: { in: ['ACCEPTED', 'EXPIRED'] } })).toEqual([expired.id, accepted.id]);
    expect(await ids({ status: { ne: 'REVOKED' }, kind: { eq: 'EMAIL' } })).toEqual(
      [expired, accepted, pending].map(({ id }) => id),
    );
    expect(await ids({ email: { eq: revoked.email.toUpperCase() } })).toEqual([revoked.id]);
    expect(await ids({ email: { isPresent: false } })).toEqual([open.id]);
    const byEmail = [pending, accepted, revoked, expired]
      .toSorted((a, b) => (a.email < b.email ? -1 : 1))
      .map(({ id }) => id);
    expect(await ids({}, { field: 'EMAIL' })).toEqual([...byEmail, open.id]);
    expect(await ids({}, { field: 'EXPIRES_AT' })).toEqual(
      [expired, pending, accepted, revoked, open].map(({ id }) => id),
    );
    expect(await ids({}, { field: 'SENT_AT', direction: 'DESC' })).toEqual(
      [open, revoked, accepted, pending, expired].map(({ id }) => id),
    );
    const first = await list({ first: 2 });
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
    const second = await list({ first: 3, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(all);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  test('a page with all its relations takes as many statements as a page of two', async () => {
    for (let index = 0; index < 8; index += 1) {
      const { token, session } = await invite(v2);
      if (index % 2 === 0) await done(app, session, 'invitationAccept', { token });
    }
    const query = `query ($id: ID!, $first: Int!) { workspace(id: $id) { invitations(first: $first) { totalCount nodes {
      ${INVITATION} workspace { name } viewerCan { revoke { allowed } resend { allowed } } } } } }`;
    const counting = async (first: number) => {
      const { answer, statements } = await countingStatements(() =>
        app.graphql(app.operatorToken, query, { id: v2.workspaceId, first }),
      );
      expect(answer.data.workspace.invitations.nodes).toHaveLength(first);
      return statements;
    };
    const many = await counting(8);
    expect(many).toBeLessThanOrEqual(5);
    expect(await counting(2)).toBeGreaterThanOrEqual(many - 1);
  });

  test('abilities say why an invitation cannot be resent or revoked', async () => {
    await invite(v2);
    const query = `query ($id: ID!) { workspace(id: $id) { viewerCan { manageInvitations { allowed refusal { code } } }
      invitations { nodes { viewerCan { revoke { allowed refusal { code message } } resend { allowed refusal { code message } } } } } } }`;
    const yes = { allowed: true, refusal: null };
    expect(await app.graphql(owner, query, { id: v2.workspaceId })).toEqual({
      data: {
        workspace: {
          viewerCan: { manageInvitations: { allowed: true, refusal: null } },
          invitations: { nodes: [{ viewerCan: { revoke: yes, resend: yes } }] },
        },
      },
    });
  });

  test('are for permitted callers only, in every way of reading them', async () => {
    const { id } = await invite(v2);
    const editor = await person(app, v2, { roleAccess: { role: 'EDITOR' } });
    const scim = await app.key(v2.workspaceId, ['SCIM']);
    const answer = await app.graphql(editor.token, QUERY, { id: v2.workspaceId });
    expect(answer).toEqual({
      data: { workspace: { invitations: null } },
      errors: [
        errorAt(
          ['workspace', 'invitations'],
          'FORBIDDEN',
          `You may not do this. It needs ${needed('invitation.read')}.`,
          {
            hint: 'Ask an owner or admin of the workspace.',
          },
        ),
      ],
    });
    for (const credential of [editor.token, scim, v1.apiKey]) {
      expect(await app.graphql(credential, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
        data: { node: null },
      });
    }
  });
});
