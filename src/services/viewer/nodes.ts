import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { Membership } from '../../model/membership.js';
import * as apiKeys from '../api-keys.js';
import * as audit from '../audit/record.js';
import { authenticated } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import * as creditReports from '../credits/reports.js';
import * as groups from '../groups/queries.js';
import * as invitations from '../invitations/invitations.js';
import * as members from '../members/members.js';
import * as accounts from '../rows/accounts.js';
import * as signInLog from '../sso/sign-in-log.js';
import * as workspaces from '../workspaces/workspaces.js';

interface Located {
  readonly id: string;
  readonly type:
    | 'Account'
    | 'Workspace'
    | 'Member'
    | 'Membership'
    | 'Group'
    | 'Invitation'
    | 'CreditConsumption'
    | 'ApiKey'
    | 'SignInLogEntry'
    | 'AuditEntry';
  readonly workspaceId: string;
}

/** Ids of all tables come from one source, so one statement finds the table of each. */
const LOCATE = `
  select id, 'Workspace' as type, id as "workspaceId" from workspace where id = any($1::uuid[])
  union all select id, 'Member', workspace_id from member where id = any($1::uuid[])
  union all select id, 'Membership', workspace_id from membership where id = any($1::uuid[])
  union all select id, 'Group', workspace_id from member_group where id = any($1::uuid[])
  union all select id, 'Invitation', workspace_id from invitation where id = any($1::uuid[])
  union all select id, 'CreditConsumption', workspace_id from credit_consumption where id = any($1::uuid[])
  union all select id, 'ApiKey', workspace_id from api_key where id = any($1::uuid[])
  union all select id, 'SignInLogEntry', workspace_id from sign_in_log_entry where id = any($1::uuid[])
  union all select id, 'AuditEntry', workspace_id from audit_entry where id = any($1::uuid[]) and workspace_id is not null
  union all select a.id, 'Account', a.id from account a where a.id = any($1::uuid[])`;

/** Something with a global id, and the name of its GraphQL type. */
export type NodeRow = object & { readonly id: string; readonly __typename: Located['type'] };

/**
 * Finds things by their global ids.
 * @returns one entry an id, in the order asked; null for what does not exist and for what the caller may not see alike
 * @throws DomainError UNAUTHENTICATED; INVALID_INPUT for more than 100 ids
 */
export async function byIds(context: ServiceContext, ids: readonly string[]): Promise<(NodeRow | null)[]> {
  authenticated(context);
  if (ids.length > 100)
    throw new DomainError('INVALID_INPUT', 'Ask for at most 100 ids.', { attribute: 'ids' });
  const located = await context.reads.rows<Located>(LOCATE, [ids.filter(isId)]);
  const places = new Map(located.map((place) => [place.id, place]));
  return Promise.all(ids.map((id) => visible(context, places.get(id.toLowerCase()))));
}

async function visible(context: ServiceContext, place: Located | undefined): Promise<NodeRow | null> {
  if (place === undefined) return null;
  try {
    const row = await LOADERS[place.type](context, place);
    return row === null ? null : { ...row, __typename: place.type };
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN'))
      return null;
    throw error;
  }
}

type Loader = (context: ServiceContext, place: Located) => Promise<{ readonly id: string } | null>;

const LOADERS: Readonly<Record<Located['type'], Loader>> = {
  Workspace: (context, { id }) => workspaces.get(context, id),
  Member: (context, { id, workspaceId }) => members.get(context, workspaceId, { id }),
  Membership: loadMembership,
  Group: (context, { id, workspaceId }) => groups.get(context, workspaceId, { id }),
  Invitation: (context, { id, workspaceId }) => invitations.get(context, { workspaceId, invitationId: id }),
  CreditConsumption: (context, { id, workspaceId }) => creditReports.consumption(context, workspaceId, id),
  ApiKey: (context, { id, workspaceId }) => apiKeys.get(context, { workspaceId, apiKeyId: id }),
  SignInLogEntry: (context, { id, workspaceId }) => signInLog.get(context, workspaceId, id),
  AuditEntry: (context, { id, workspaceId }) => audit.get(context, workspaceId, id),
  Account: loadAccount,
};

/** A stay is visible to whoever may see its member. */
async function loadMembership(
  context: ServiceContext,
  { id, workspaceId }: Located,
): Promise<Membership | null> {
  const membership = await members.membership(context, workspaceId, id);
  if (membership === undefined) return null;
  const member = await members.get(context, workspaceId, { id: membership.memberId });
  return member === null ? null : membership;
}

/** Accounts span workspaces: by id, operators see them all and everybody else their own. */
async function loadAccount(context: ServiceContext, { id }: Located): Promise<{ id: string } | null> {
  const actor = authenticated(context);
  if (actor.type !== 'OPERATOR' && !(actor.type === 'PERSON' && actor.accountId === id)) return null;
  const [account] = await accounts.byIds(context.reads, [id]);
  return account ?? null;
}
