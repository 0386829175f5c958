import { arrayOf, oneOf, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { batchIdOf, isId } from '../../domain/ids.js';
import type { Membership } from '../../model/membership.js';
import { get as getApiKey } from '../api-keys.js';
import { get as getAuditEntry } from '../audit/queries.js';
import { authenticated } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { consumption } from '../credits/reports.js';
import { get as getGroup } from '../groups/queries.js';
import { get as getInvitation } from '../invitations/queries.js';
import { shownAccount } from '../members/account.js';
import { findMembership, getMember } from '../members/queries.js';
import { get as getScimRequest } from '../provisioning-log/requests.js';
import { findAccounts } from '../rows/accounts.js';
import { listOwn as listOwnSessions } from '../sessions/list.js';
import { get as getSsoConnection } from '../sso/connection.js';
import { get as getSsoDomain } from '../sso/domains.js';
import { get as getSignInLogEntry } from '../sso/sign-in-log.js';
import { get as getWebhook, delivery as getWebhookDelivery } from '../webhooks/queries.js';
import { get as getWorkspace } from '../workspaces/queries.js';

const TYPES = [
  'Account',
  'Workspace',
  'Member',
  'Membership',
  'Group',
  'Invitation',
  'CreditConsumption',
  'ApiKey',
  'AuditEntry',
  'ScimRequest',
  'Session',
  'SignInLogEntry',
  'SsoSettings',
  'SsoDomain',
  'Webhook',
  'WebhookDelivery',
] as const;

/** The table and the workspace of an id. */
interface Located {
  readonly id: string;
  readonly type: (typeof TYPES)[number];
  readonly workspaceId: string;
}

/** Ids are unique over all tables, so one statement finds the table of each. */
const LOCATE = statement({
  name: 'nodes.locate',
  text: `
    select id, 'Workspace' as type, id as "workspaceId" from workspace where id = any($ids::uuid[])
    union all select id, 'Member', workspace_id from member where id = any($ids::uuid[])
    union all select id, 'Membership', workspace_id from membership where id = any($ids::uuid[])
    union all select id, 'Group', workspace_id from member_group where id = any($ids::uuid[])
    union all select id, 'Invitation', workspace_id from invitation where id = any($ids::uuid[])
    union all select id, 'CreditConsumption', workspace_id from credit_consumption where id = any($ids::uuid[])
    union all select id, 'ApiKey', workspace_id from api_key where id = any($ids::uuid[])
    union all select id, 'AuditEntry', workspace_id from audit_entry where id = any($ids::uuid[]) and workspace_id is not null
    union all select id, 'Session', id from session where id = any($ids::uuid[])
    union all select id, 'SignInLogEntry', workspace_id from sign_in_log_entry where id = any($ids::uuid[])
    union all select id, 'SsoSettings', workspace_id from sso_connection where id = any($ids::uuid[])
    union all select d.id, 'SsoDomain', c.workspace_id from sso_domain d
      join sso_connection c on c.id = d.connection_id where d.id = any($ids::uuid[])
    union all select id, 'Webhook', workspace_id from webhook where id = any($ids::uuid[])
    union all select id, 'WebhookDelivery', workspace_id from webhook_delivery where id = any($ids::uuid[])
    union all select a.id, 'Account', a.id from account a where a.id = any($ids::uuid[])`,
  parameters: { ids: arrayOf(uuid) },
  columns: { id: uuid, type: oneOf(TYPES), workspaceId: uuid },
});

/** Entries of the provisioning log are in a partition for each day, so they are searched last. */
const LOCATE_REQUESTS = statement({
  name: 'nodes.locateRequests',
  text: `
    select id, 'ScimRequest' as type, workspace_id as "workspaceId" from scim_request
    where batch_id = any($batchIds::uuid[]) and id = any($ids::uuid[])`,
  parameters: { ids: arrayOf(uuid), batchIds: arrayOf(uuid) },
  columns: { id: uuid, type: oneOf(TYPES), workspaceId: uuid },
});

/** A row with a global id and the name of its GraphQL type. */
export type NodeRow = object & { readonly id: string; readonly __typename: Located['type'] };

/** The most objects that are read at once. */
export const MOST_NODES = 100;

/**
 * Finds rows by their global ids.
 * @returns one entry for each id, in order; null for an id that is unknown, or that the caller may not see
 * @throws DomainError UNAUTHENTICATED; INVALID_INPUT for more than 100 ids
 */
export async function byIds(context: ServiceContext, ids: readonly string[]): Promise<(NodeRow | null)[]> {
  authenticated(context);
  if (ids.length > MOST_NODES)
    throw new DomainError('INVALID_INPUT', `Ask for at most ${MOST_NODES} ids.`, { attribute: 'ids' });
  const located = await LOCATE.rows(context.reads, { ids: ids.filter(isId) });
  const places = new Map(located.map((place) => [place.id, place]));
  const others = ids.filter((id) => isId(id) && !places.has(id.toLowerCase()));
  const batchIds = others.map(batchIdOf);
  const requests =
    others.length === 0 ? [] : await LOCATE_REQUESTS.rows(context.reads, { ids: others, batchIds });
  for (const place of requests) places.set(place.id, place);
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
  Workspace: (context, { id }) => getWorkspace(context, id),
  Member: (context, { id, workspaceId }) => getMember(context, workspaceId, { id }),
  Membership: loadMembership,
  Group: (context, { id, workspaceId }) => getGroup(context, workspaceId, { id }),
  Invitation: (context, { id, workspaceId }) => getInvitation(context, { workspaceId, invitationId: id }),
  CreditConsumption: (context, { id, workspaceId }) => consumption(context, workspaceId, id),
  ApiKey: (context, { id, workspaceId }) => getApiKey(context, { workspaceId, apiKeyId: id }),
  AuditEntry: (context, { id, workspaceId }) => getAuditEntry(context, workspaceId, id),
  ScimRequest: (context, { id, workspaceId }) => getScimRequest(context, workspaceId, id),
  SignInLogEntry: (context, { id, workspaceId }) => getSignInLogEntry(context, workspaceId, id),
  SsoSettings: (context, { workspaceId }) => getSsoConnection(context, workspaceId),
  SsoDomain: (context, { id, workspaceId }) => getSsoDomain(context, workspaceId, id),
  Webhook: (context, { id, workspaceId }) => getWebhook(context, { workspaceId, webhookId: id }),
  WebhookDelivery: (context, { id, workspaceId }) => getWebhookDelivery(context, workspaceId, id),
  Account: loadAccount,
  Session: loadSession,
};

/** A session is visible to its person, as `mySessions` lists it. */
async function loadSession(context: ServiceContext, { id }: Located): Promise<{ id: string } | null> {
  if (authenticated(context).type !== 'PERSON') return null;
  return (await listOwnSessions(context)).find((session) => session.id === id) ?? null;
}

/** A membership is visible to callers who may see its member. */
async function loadMembership(
  context: ServiceContext,
  { id, workspaceId }: Located,
): Promise<Membership | null> {
  const membership = await findMembership(context, workspaceId, id);
  if (membership === undefined) return null;
  const member = await getMember(context, workspaceId, { id: membership.memberId });
  return member === null ? null : membership;
}

/** Accounts span workspaces: operators see all of them, persons see their own. */
async function loadAccount(context: ServiceContext, { id }: Located): Promise<{ id: string } | null> {
  const actor = authenticated(context);
  if (actor.type !== 'OPERATOR' && !(actor.type === 'PERSON' && actor.accountId === id)) return null;
  const [account] = await findAccounts(context.reads, [id]);
  return account === undefined ? null : shownAccount(context, account);
}
