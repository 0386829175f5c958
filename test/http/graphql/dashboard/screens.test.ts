import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkspaceVersion } from '../../../../src/domain/access.js';
import { MOST_COST, MOST_DEPTH } from '../../../../src/graphql/serving/limits.js';
import { startTestApp, type TestApp } from '../../../app.js';
import { countingStatements } from '../../../statements.js';
import { ACCOUNT_ID, roleAccess, seatAccess, UUID } from '../operations.js';
import {
  ALLOWED,
  COUNT,
  CURSOR,
  changes,
  entry,
  forbidden,
  MONTH,
  NO_CREDITS,
  NO_LIMITS,
  NO_OWNER,
  NO_SEATS,
  refusal,
  rowOf,
  SEATS,
  TIME,
  usageOf,
} from './expectations.js';
import {
  BUILDERS,
  CONSUMPTIONS,
  EVERYBODY,
  PEOPLE,
  POOL,
  type Populated,
  personNumber,
  populated,
  usedBy,
} from './populated.js';
import {
  CALLERS,
  costOf,
  documentOf,
  PAGE,
  PERSON,
  SCREENS,
  show,
  variablesOf,
  withTypenames,
} from './screens.js';

/**
 * Issue 4: each screen of a dashboard is one document, for those who manage the workspace, and takes few statements.
 */

let app: TestApp;
let workspaces: Readonly<Record<WorkspaceVersion, Populated>>;

beforeAll(async () => {
  // The log writes in the background, which would be counted as well.
  app = await startTestApp({ provisioningLogDays: 0 });
  workspaces = { V1: await populated(app, 'V1'), V2: await populated(app, 'V2') };
}, 60_000);

afterAll(async () => {
  await app.stop();
});

describe.each(['V1', 'V2'] as const)('%s', (version) => {
  const isV1 = version === 'V1';

  describe.each(CALLERS)('for the %s', (caller) => {
    const isAdmin = caller === 'admin';
    const promote = isAdmin ? forbidden('owner.write') : ALLOWED;
    const demote = isAdmin ? forbidden('owner.write') : NO_OWNER;

    test('members: a page of a hundred with all their relations, in at most 10 statements', async () => {
      const workspace = workspaces[version];
      const { viewer, workspace: shown } = await show(app, 'members', { workspace, caller });
      const { members, ...rest } = shown;
      const label = { owner: workspace.ownerEmail, admin: workspace.admin.email, operator: 'operator' }[
        caller
      ];
      expect(viewer).toEqual({ type: caller === 'operator' ? 'OPERATOR' : 'PERSON', label });
      expect(rest).toEqual({
        id: workspace.workspaceId,
        name: isV1 ? 'Acme 1' : 'Acme 2',
        accessModel: version,
        memberCounts: {
          active: 110,
          byRole: isV1
            ? [
                { role: 'ADMIN', count: 1 },
                { role: 'MEMBER', count: 108 },
                { role: 'OWNER', count: 1 },
              ]
            : [
                { role: 'ADMIN', count: 1 },
                { role: 'EDITOR', count: 56 },
                { role: 'OWNER', count: 1 },
                { role: 'VIEWER', count: 52 },
              ],
          bySeatType: isV1
            ? [
                { seatType: null, count: 54 },
                { seatType: 'PRO', count: 30 },
                { seatType: 'STARTER', count: 26 },
              ]
            : [],
        },
        seats: isV1 ? SEATS : [],
        creditPool: isV1 ? null : { month: MONTH, total: POOL },
        defaultCreditLimit: null,
        viewerCan: { addMember: ALLOWED },
      });
      expect(members).toEqual({
        totalCount: PEOPLE + 2,
        pageInfo: { endCursor: members.edges.at(-1).cursor, hasNextPage: true },
        edges: [
          { cursor: CURSOR, node: expect.objectContaining({ id: workspace.ownerMemberId, role: 'OWNER' }) },
          { cursor: CURSOR, node: expect.objectContaining({ id: workspace.admin.memberId, role: 'ADMIN' }) },
          ...workspace.memberIds
            .slice(0, PAGE - 2)
            .map((id, number) => ({ cursor: CURSOR, node: rowOf(number, { id, version, promote, demote }) })),
        ],
      });
      const next = await show(app, 'members', { workspace, caller }, { after: members.pageInfo.endCursor });
      expect(next.workspace.members).toMatchObject({
        totalCount: PEOPLE + 2,
        pageInfo: { hasNextPage: false },
        edges: workspace.memberIds.slice(PAGE - 2).map((id) => ({ node: { id } })),
      });
    });

    test('member: profile, memberships and history', async () => {
      const workspace = workspaces[version];
      const { workspace: shown } = await show(app, 'member', { workspace, caller });
      const access = personNumber(PERSON, version).access;
      const was = isV1 ? { role: 'MEMBER', seatType: 'PRO' } : { role: 'EDITOR', creditLimit: 50 };
      const came = changes({ active: false }, { active: true, ...was });
      expect(shown).toEqual({
        id: workspace.workspaceId,
        accessModel: version,
        defaultAccess: isV1 ? null : roleAccess('VIEWER'),
        member: {
          id: workspace.memberIds[PERSON],
          version: COUNT,
          userName: `p24@${version.toLowerCase()}.test`,
          externalId: null,
          active: true,
          role: was.role,
          managedBy: 'WORKSPACE',
          accessSetBy: 'WORKSPACE',
          createdAt: TIME,
          updatedAt: TIME,
          account: {
            id: ACCOUNT_ID,
            email: `p24@${version.toLowerCase()}.test`,
            createdAt: expect.toBeOneOf([null, TIME]),
          },
          profile: {
            displayName: 'Person 24',
            title: null,
            userType: null,
            preferredLanguage: null,
            timezone: null,
            name: null,
            emails: [{ value: `p24@${version.toLowerCase()}.test`, type: null, primary: true }],
            phoneNumbers: null,
            enterprise: null,
            attributes: {
              displayName: 'Person 24',
              emails: [{ value: `p24@${version.toLowerCase()}.test`, primary: true }],
            },
          },
          access,
          usage: usageOf(PERSON, version),
          membership: { id: UUID, startedAt: TIME },
          memberships: {
            totalCount: 2,
            nodes: [
              { id: shown.member.membership.id, startedAt: TIME, endedAt: null, role: was.role, access },
              { id: UUID, startedAt: TIME, endedAt: TIME, role: was.role, access },
            ],
          },
          groups: [
            {
              id: UUID,
              displayName: 'Builders',
              grants: isV1 ? { role: null, seatType: 'STARTER' } : { role: 'EDITOR', seatType: null },
            },
            { id: UUID, displayName: 'Everybody', grants: null },
          ],
          history: {
            totalCount: 3,
            pageInfo: { endCursor: CURSOR, hasNextPage: false },
            nodes: [
              entry('member.add', came),
              entry('member.remove', changes({ active: true, ...was }, { active: false })),
              entry('member.add', expect.objectContaining(changes({}, { active: true, ...was }))),
            ],
          },
          viewerCan: {
            update: ALLOWED,
            setAccess: ALLOWED,
            setCreditLimit: isV1 ? NO_LIMITS : ALLOWED,
            remove: ALLOWED,
            delete: ALLOWED,
            promote,
            demote,
          },
        },
      });
    });

    test('settings', async () => {
      const workspace = workspaces[version];
      expect(await show(app, 'settings', { workspace, caller })).toEqual({
        workspace: {
          id: workspace.workspaceId,
          name: isV1 ? 'Acme 1' : 'Acme 2',
          accessModel: version,
          plan: 'ENTERPRISE',
          createdAt: TIME,
          updatedAt: TIME,
          defaultAccess: isV1 ? null : roleAccess('VIEWER'),
          defaultCreditLimit: null,
          seats: isV1 ? SEATS : [],
          creditPool: isV1 ? null : { month: MONTH, total: POOL },
          scim: { baseUrl: `${app.url}/scim/v2/organizations/${workspace.workspaceId}`, enabled: true },
          viewerCan: {
            update: ALLOWED,
            readMembers: ALLOWED,
            setScim: caller === 'operator' ? ALLOWED : forbidden('workspace.setScim'),
            // A missing permission is reported before the state of the workspace.
            setSeats: isAdmin ? forbidden('seats.set') : isV1 ? ALLOWED : NO_SEATS,
            setCreditPool: isV1 ? NO_CREDITS : ALLOWED,
            manageApiKeys: ALLOWED,
            readAuditLog: ALLOWED,
            createGroup: ALLOWED,
          },
        },
      });
    });

    test('credits: the pool by day and month, and its consumptions', async () => {
      const workspace = workspaces[version];
      const { workspace: shown } = await show(app, 'credits', { workspace, caller });
      const pool = { month: MONTH, total: POOL, used: usedBy(), remaining: POOL - usedBy() };
      const { days = [], ...today } = shown.creditPool ?? {};
      expect(today).toEqual(isV1 ? {} : pool);
      expect(days.at(-1)).toEqual(isV1 ? undefined : { date: expect.any(String), used: usedBy() });
      const readCredits = isV1 ? NO_CREDITS : ALLOWED;
      const consumptions = isV1 ? [] : CONSUMPTIONS.toReversed();
      expect({ ...shown, creditPool: null }).toEqual({
        id: workspace.workspaceId,
        accessModel: version,
        defaultCreditLimit: null,
        viewerCan: { readCredits, setCreditPool: readCredits },
        creditPool: null,
        creditPoolHistory: isV1
          ? []
          : [pool, ...Array.from({ length: 11 }, () => ({ month: MONTH, total: 0, used: 0, remaining: 0 }))],
        creditConsumptions: {
          totalCount: consumptions.length,
          pageInfo: { endCursor: isV1 ? null : CURSOR, hasNextPage: false },
          edges: consumptions.map(({ number, amount }) => ({
            cursor: CURSOR,
            node: {
              id: UUID,
              at: TIME,
              month: MONTH,
              amount,
              userName: `p${number}@v2.test`,
              consumedBy: 'operator',
              idempotencyKey: `run of ${amount}`,
              member: {
                id: workspace.memberIds[number],
                active: true,
                profile: { displayName: `Person ${number}` },
                usage: expect.objectContaining({ used: usedBy(number) }),
              },
            },
          })),
        },
      });
    });

    test('invitations with their status', async () => {
      const workspace = workspaces[version];
      const domain = `${version.toLowerCase()}.test`;
      const closed = refusal('INVITATION_CLOSED', 'The invitation has been revoked.');
      const invitation = (more: object) => ({
        cursor: CURSOR,
        node: {
          id: UUID,
          kind: 'EMAIL',
          status: 'PENDING',
          email: null,
          role: null,
          createdAt: TIME,
          sentAt: TIME,
          expiresAt: TIME,
          acceptedAt: null,
          revokedAt: null,
          invitedBy: 'operator',
          delivery: 'NOT_SENT',
          deliveryError: null,
          maxUses: 1,
          useCount: 0,
          access: null,
          acceptedBy: null,
          viewerCan: { revoke: ALLOWED, resend: ALLOWED },
          ...more,
        },
      });
      const revoked = invitation({
        email: `nobody@${domain}`,
        status: 'REVOKED',
        revokedAt: TIME,
        viewerCan: { revoke: ALLOWED, resend: closed },
      });
      const link = invitation({ kind: 'LINK', maxUses: 3, delivery: null });
      const given = isV1
        ? { role: 'MEMBER', access: seatAccess('PRO') }
        : { role: 'EDITOR', access: roleAccess('EDITOR', 50) };
      expect(await show(app, 'invitations', { workspace, caller })).toEqual({
        workspace: {
          id: workspace.workspaceId,
          accessModel: version,
          defaultAccess: isV1 ? null : roleAccess('VIEWER'),
          viewerCan: { manageInvitations: ALLOWED },
          invitations: {
            totalCount: 3,
            pageInfo: { endCursor: CURSOR, hasNextPage: false },
            edges: [revoked, link, invitation({ email: `guest@${domain}`, ...given })],
          },
        },
      });
      const filter = { status: { eq: 'REVOKED' } };
      const { workspace: some } = await show(app, 'invitations', { workspace, caller }, { filter });
      expect(some.invitations).toMatchObject({ totalCount: 1, edges: [revoked] });
    });

    test('API keys', async () => {
      const workspace = workspaces[version];
      const key = (scopes: readonly string[]) => ({
        id: UUID,
        name: 'Test',
        description: null,
        prefix: expect.stringMatching(/^rollcall_key_[\da-f]+$/),
        scopes,
        createdAt: TIME,
        createdBy: 'system',
        enabled: true,
        disabledAt: null,
        expiresAt: null,
        lastUsedAt: null,
        lastUsedFrom: null,
      });
      expect(await show(app, 'api-keys', { workspace, caller })).toEqual({
        workspace: {
          id: workspace.workspaceId,
          viewerCan: { manageApiKeys: ALLOWED },
          apiKeys: {
            totalCount: 3,
            nodes: [
              key(['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE', 'CREDITS_READ', 'CREDITS_CONSUME', 'AUDIT_READ']),
              key(['AUDIT_READ']),
              key(['MEMBERS_READ', 'MEMBERS_WRITE']),
            ],
          },
        },
      });
    });

    test('audit log: all entries in pages, and the entries of one action', async () => {
      const workspace = workspaces[version];
      const shown: { readonly action: string; readonly at: string }[] = [];
      let after: string | null = null;
      do {
        const { workspace: page } = await show(app, 'audit-log', { workspace, caller }, { after });
        const { auditLog } = page;
        shown.push(...auditLog.edges.map(({ node }: { node: (typeof shown)[number] }) => node));
        after = auditLog.pageInfo.hasNextPage ? auditLog.pageInfo.endCursor : null;
      } while (after !== null);
      const rows = await app.sql<{ action: string }>(
        'select action from audit_entry where workspace_id = $1 order by id desc',
        [workspace.workspaceId],
      );
      expect(shown.map(({ action }) => action)).toEqual(rows.map(({ action }) => action));
      const filter = { actions: ['group.setGrant'] };
      expect(await show(app, 'audit-log', { workspace, caller }, { filter })).toEqual({
        auditActions: expect.arrayContaining([{ name: 'group.setGrant', description: expect.any(String) }]),
        workspace: {
          id: workspace.workspaceId,
          auditLog: {
            totalCount: 1,
            pageInfo: { endCursor: CURSOR, hasNextPage: false },
            edges: [
              {
                cursor: CURSOR,
                node: {
                  ...entry('group.setGrant', expect.anything()),
                  actorId: null,
                  targetType: 'group',
                  targetId: UUID,
                  targetLabel: 'Builders',
                },
              },
            ],
          },
        },
      });
    });

    test('groups', async () => {
      const workspace = workspaces[version];
      const group = (numbers: readonly [from: number, to: number], more: object) => ({
        cursor: CURSOR,
        node: {
          id: UUID,
          version: COUNT,
          createdAt: TIME,
          updatedAt: TIME,
          members: {
            totalCount: numbers[1] - numbers[0],
            nodes: workspace.memberIds.slice(numbers[0], numbers[0] + 5).map((id, index) => {
              const { userName, active, displayName } = personNumber(numbers[0] + index, version);
              return { id, userName, active, profile: { displayName } };
            }),
          },
          viewerCan: { update: ALLOWED, setGrant: ALLOWED, delete: ALLOWED },
          ...more,
        },
      });
      expect(await show(app, 'groups', { workspace, caller }, { first: 50 })).toEqual({
        workspace: {
          id: workspace.workspaceId,
          accessModel: version,
          viewerCan: { createGroup: ALLOWED },
          groups: {
            totalCount: 2,
            pageInfo: { endCursor: CURSOR, hasNextPage: false },
            edges: [
              group(BUILDERS, {
                displayName: 'Builders',
                externalId: null,
                grants: isV1 ? { role: null, seatType: 'STARTER' } : { role: 'EDITOR', seatType: null },
              }),
              group(EVERYBODY, { displayName: 'Everybody', externalId: 'okta-1', grants: null }),
            ],
          },
        },
      });
    });
  });

  test('a page of a hundred takes as many statements as a page of two', async () => {
    const workspace = workspaces[version];
    const ask = async (first: number) =>
      countingStatements(async () =>
        app.graphql(workspace.credentials.operator, await documentOf('members'), {
          ...variablesOf(workspace),
          first,
        }),
      );
    const [two, hundred] = [await ask(2), await ask(PAGE)];
    expect(hundred.answer.data.workspace.members.edges).toHaveLength(PAGE);
    expect(hundred.statements).toBe(two.statements);
  });
});

/** Spec "Serving it": the limits are there for what is absurd, and leave a dashboard room to grow. */
test.each(SCREENS)(
  '%s costs at most half of the limit, with the fields that a client library adds',
  async (screen) => {
    const workspace = workspaces.V2;
    const document = withTypenames(await documentOf(screen));
    const variables = variablesOf(workspace);
    const { cost, depth } = costOf(document, variables);
    expect(cost).toBeLessThan(MOST_COST / 2);
    expect(depth).toBeLessThanOrEqual(MOST_DEPTH - 3);
    expect(await app.graphql(workspace.credentials.owner, document, variables)).toEqual({
      data: expect.anything(),
    });
  },
);
