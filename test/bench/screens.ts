import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DocumentNode, parse, print, separateOperations } from 'graphql';
import { columnsOf } from '../../src/dashboard/screens/members/columns.ts';
import type { Seeded } from './seed.ts';

/** A query that a screen of the dashboard sends. */
export interface ScreenQuery {
  readonly name: string;
  readonly operationName: string;
  readonly query: string;
  readonly variables: object;
}

const DASHBOARD = fileURLToPath(new URL('../../src/dashboard/', import.meta.url));

/** Every filter and order of the members table, alone. */
const FILTERS: Readonly<Record<string, object>> = {
  'nothing else': {},
  'search a name': { search: 'given123 family' },
  'search what nobody has': { search: 'nobody at all' },
  inactive: { active: { eq: false } },
  'role admin': { role: { eq: 'ADMIN' } },
  'role editor': { role: { eq: 'EDITOR' } },
  'by directory': { managedBy: { eq: 'IDENTITY_PROVIDER' } },
  'by hand': { managedBy: { eq: 'WORKSPACE' } },
  'limit reached': { creditLimitReached: true },
  'with a problem': { hasProblem: true },
};
const ORDERS = columnsOf('V2').flatMap(({ sort }) => sort ?? []);
const PAGE = { first: 25, withGroups: true, withUsage: true };

/**
 * The queries of the dashboard's screens about a seeded workspace with its history.
 * @param groupId a group with members
 * @throws Error when a screen has no such operation any more
 */
export async function screenQueries(
  { workspaceId, sample }: Pick<Seeded, 'workspaceId' | 'sample'>,
  groupId: string,
): Promise<ScreenQuery[]> {
  const documents = await operations();
  const memberId = sample[0]?.id;
  const query = (name: string, operationName: string, variables: object = {}): ScreenQuery => {
    const document = documents[operationName];
    if (document === undefined) throw new Error(`no screen has the operation ${operationName}`);
    return { name, operationName, query: print(document), variables: { workspaceId, ...variables } };
  };
  const byName = { field: 'USER_NAME', direction: 'ASC' };
  const active = { active: { eq: true } };
  const members = (name: string, filter: object, orderBy: object) =>
    query(`members: ${name}`, 'MembersPage', { ...PAGE, filter, orderBy });
  return [
    query('overview', 'Overview', { withInvitations: true }),
    ...Object.entries(FILTERS).map(([name, filter]) => members(name, { ...active, ...filter }, byName)),
    members('of a group', { ...active, groups: { some: { id: { eq: groupId } } } }, byName),
    ...ORDERS.flatMap((field) =>
      ['ASC', 'DESC'].map((direction) => members(`by ${field} ${direction}`, active, { field, direction })),
    ),
    query('members: last page', 'MembersPage', {
      ...PAGE,
      first: null,
      last: 25,
      filter: active,
      orderBy: byName,
    }),
    query('members: groups to choose', 'GroupChoices', { search: 'group 1' }),
    query('member', 'MemberScreen', { memberId }),
    query('member: sessions', 'MemberSessions', { memberId }),
    query('member: provisioning', 'MemberProvisioning', { memberId }),
    query('member: history', 'MemberHistory', { memberId }),
    query('groups', 'Groups'),
    query('groups: search', 'Groups', { filter: { displayName: { contains: 'up 12' } } }),
    query('group', 'GroupScreen', { groupId }),
    query('group: people to choose', 'PeopleChoices', { search: 'given12' }),
    query('credits', 'Credits'),
    query('provisioning', 'Provisioning'),
    query('provisioning: counts', 'ProvisioningCounts', { period: 'WEEK' }),
    query('provisioning: requests', 'ProvisioningRequests'),
    query('provisioning: failed requests', 'ProvisioningRequests', { filter: { outcome: 'REFUSED' } }),
    query('provisioning: search', 'ProvisioningRequests', { filter: { search: 'user77' } }),
    query('provisioning: operation', 'ProvisioningRequests', { filter: { operations: ['USER_DELETE'] } }),
    query('invitations', 'Invitations', { first: 50 }),
    query('audit log', 'AuditLog'),
    query('audit log: action', 'AuditLog', { filter: { actions: ['member.remove'] } }),
    query('audit log: search', 'AuditLog', { filter: { search: 'user77' } }),
    query('audit log: rare action', 'AuditLog', { filter: { actions: ['workspace.update'] } }),
    query('access review', 'AccessReview', { asOf: new Date().toISOString() }),
    query('api keys', 'ApiKeys'),
    query('webhooks', 'Webhooks'),
  ];
}

/** The operations of all screens by name, each with the fragments that it uses. */
async function operations(): Promise<Readonly<Record<string, DocumentNode>>> {
  const texts: string[] = [];
  for await (const file of glob('**/*.graphql', { cwd: DASHBOARD })) {
    texts.push(await readFile(`${DASHBOARD}${file}`, 'utf8'));
  }
  return separateOperations(parse(texts.join('\n')));
}
