import type { Actor, KeyHolder } from '../../auth/actor.js';
import { type Action, needed, remedy, roleMay, scopesMay } from '../../auth/policy.js';
import { boolean, nullable, oneOf, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { type Origin, ROLES } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import { SESSION_METHODS } from '../../domain/session.js';
import type { Workspace } from '../../model/workspace.js';
import { sessionLists, sessionOpens } from '../rows/sessions.js';
import { hasConnection } from '../rows/sso.js';
import { WORKSPACE_COLUMNS, WORKSPACE_TYPES } from '../rows/workspaces.js';
import type { Grant } from './grant.js';
import type { ServiceContext } from './service-context.js';

/**
 * The first statement of every service function that concerns a workspace.
 * @throws DomainError UNAUTHENTICATED without a credential; NOT_FOUND for a workspace of which the caller is not a
 *   member, exactly as for one that does not exist; FORBIDDEN when the policy table does not allow the action
 */
export async function authorize(
  context: ServiceContext,
  action: Action,
  workspaceId: string,
): Promise<Grant> {
  const grant = await callerGrant(context, workspaceId);
  requirePermission(context, grant, action);
  return grant;
}

/** Checks whether a grant allows an action. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export function requirePermission(context: ServiceContext, grant: Grant, action: Action): void {
  const refusal = permissionRefusal(context, grant, action);
  if (refusal !== null) throw refusal;
}

/** Why a grant does not allow an action; null when it does. @throws DomainError UNAUTHENTICATED */
export function permissionRefusal(context: ServiceContext, grant: Grant, action: Action): DomainError | null {
  const actor = authenticated(context);
  return permits(actor, grant, action) ? null : forbidden(actor, grant, action);
}

/**
 * Authorizes again, inside the transaction and under its locks: the caller's rights and the workspace's settings may have
 * changed since the request came in. It locks the settings, so they do not change until the transaction ends.
 * @throws DomainError as `authorize` does
 */
export async function authorizeNow(
  context: ServiceContext,
  sql: Sql,
  action: Action,
  workspaceId: string,
): Promise<Grant> {
  const grant = await findGrant(sql, authenticated(context), workspaceId, LOCKED);
  requirePermission(context, grant, action);
  // SCIM may have been switched off since the request came in.
  if (context.caller.channel === 'SCIM' && !grant.workspace.scimEnabled) throw scimDisabled(grant.workspace);
  return grant;
}

/**
 * Returns the grant of a person who is not a member yet and has an invitation, with the workspace's settings locked. It
 * allows no action.
 * @throws DomainError NOT_FOUND
 */
export function invitedNow(sql: Sql, workspaceId: string): Promise<Grant> {
  return findGrant(sql, { type: 'SYSTEM' }, workspaceId, LOCKED);
}

/** Authorizes an action that concerns no workspace: only operators and the platform itself may do it. */
export function authorizeOperator(context: ServiceContext, action: Action): void {
  const actor = authenticated(context);
  if (actor.type !== 'OPERATOR' && actor.type !== 'SYSTEM') {
    throw new DomainError('FORBIDDEN', `You may not do this. It needs ${needed(action)}.`);
  }
}

/** @throws DomainError UNAUTHENTICATED */
export function authenticated(context: ServiceContext): Actor {
  if (context.caller.actor === null) {
    throw new DomainError('UNAUTHENTICATED', 'The credential is missing, wrong, expired or revoked.', {
      hint: 'Send an API key, a session token or the operator token in the Authorization header.',
    });
  }
  return context.caller.actor;
}

/** Whether the policy table allows the action. Both abilities and `authorize` use it. */
export function permits(actor: Actor, grant: Grant, action: Action): boolean {
  switch (actor.type) {
    case 'OPERATOR':
    case 'SYSTEM':
      return true;
    case 'PERSON':
      return roleMay(grant.role, action);
    case 'API_KEY':
      return scopesMay(actor.scopes, grant.workspace.scimEnabled, action);
  }
}

/** Whether the caller may change owners: owners in person and operators, and nobody through SCIM (rule 12). */
export function mayChangeOwners({ caller }: ServiceContext, { role }: Grant): boolean {
  if (caller.actor === null || caller.actor.type === 'API_KEY') return false;
  return caller.actor.type !== 'PERSON' || roleMay(role, 'owner.write');
}

/** The caller's grant in the workspace, read once per request. @throws DomainError NOT_FOUND */
export function callerGrant(context: ServiceContext, id: string): Promise<Grant> {
  // RFC 9562 §4: UUIDs are read in any case.
  const workspaceId = id.toLowerCase();
  const { actor } = context.caller;
  if (actor?.type === 'API_KEY') {
    if (actor.workspace.id !== workspaceId) return Promise.reject(workspaceNotFound());
    return Promise.resolve({ workspace: actor.workspace, role: null, memberId: null });
  }
  const known = context.grants.get(workspaceId);
  if (known !== undefined) return known;
  const found = findGrant(context.batched, authenticated(context), workspaceId);
  context.grants.set(workspaceId, found);
  return found;
}

async function findGrant(
  sql: Sql,
  actor: Actor,
  workspaceId: string,
  { ofPerson, ofOthers } = READ,
): Promise<Grant> {
  if (!isId(workspaceId)) throw workspaceNotFound();
  const row =
    actor.type === 'PERSON'
      ? await ofPerson.row(sql, {
          workspaceId,
          accountId: actor.accountId,
          sessionId: actor.sessionId,
          onlyWorkspaceId: actor.workspaceId,
          method: actor.method,
        })
      : await ofOthers.row(sql, { workspaceId });
  if (row === undefined) throw workspaceNotFound();
  const { ownRole, ownMemberId, opened, connected, ...workspace } = row;
  if (!opened) throw notOpened(workspace, connected);
  return { workspace, role: ownRole, memberId: ownMemberId };
}

/** The statements that read an actor's grant in a workspace. */
function grantStatements(name: string, lock: string) {
  return {
    ofOthers: statement({
      name: `authorization.others.${name}`,
      text: `
        select ${WORKSPACE_COLUMNS}, null as "ownRole", null as "ownMemberId", true as opened, false as connected
        from workspace w where w.id = $workspaceId ${lock}`,
      parameters: { workspaceId: uuid },
      columns: {
        ...WORKSPACE_TYPES,
        ownRole: nullable(oneOf(ROLES)),
        ownMemberId: nullable(text),
        opened: boolean,
        connected: boolean,
      },
    }),
    ofPerson: statement({
      name: `authorization.person.${name}`,
      text: `
        select ${WORKSPACE_COLUMNS}, s.role as "ownRole", m.id as "ownMemberId",
          ${sessionOpens(2)} as opened, ${hasConnection('w.id')} as connected
        from workspace w
        join member m on m.workspace_id = w.id and m.account_id = $accountId
        join membership s on s.member_id = m.id and s.ended_at is null
        where w.id = $workspaceId and ${sessionLists(2)} ${lock}`,
      // The last four are in the order of `sessionOpens` and `sessionLists`.
      parameters: {
        workspaceId: uuid,
        accountId: uuid,
        sessionId: uuid,
        onlyWorkspaceId: nullable(uuid),
        method: oneOf(SESSION_METHODS),
      },
      columns: {
        ...WORKSPACE_TYPES,
        ownRole: oneOf(ROLES),
        ownMemberId: uuid,
        opened: boolean,
        connected: boolean,
      },
    }),
  };
}

const READ = grantStatements('read', '');
/**
 * This is the lock that a foreign key to the workspace takes anyway; a change of settings takes one that excludes it.
 */
const LOCKED = grantStatements('lock', 'for key share of w');

function notOpened({ id, name }: Workspace, connected: boolean): DomainError {
  return new DomainError('FORBIDDEN', `Your session does not open the workspace ${name}.`, {
    hint: 'Have the person sign in again, at the path in extensions.signInUrl.',
    signInUrl: signInUrl(id, connected),
  });
}

/** The path at which a person can sign in to the workspace: its provider's, where it has one. */
export function signInUrl(workspaceId: string, connected: boolean): string {
  return connected ? `/api/workspaces/${workspaceId}/auth/sso/start?returnTo=/` : '/sign-in?returnTo=/';
}

export function workspaceNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such workspace.', {
    hint: 'Check the workspace ID and the credential.',
  });
}

function forbidden(actor: Actor, { workspace }: Grant, action: Action): DomainError {
  if (actor.type === 'API_KEY' && actor.scopes.includes('SCIM') && scopesMay(actor.scopes, true, action)) {
    return scimDisabled(workspace);
  }
  return new DomainError('FORBIDDEN', `You may not do this. It needs ${needed(action)}.`, {
    hint: remedy(action, actor.type === 'API_KEY'),
  });
}

/** Checks that the key may use SCIM. @throws DomainError FORBIDDEN while SCIM is off, or without the scope */
export function requireScim({ workspace, scopes }: KeyHolder): void {
  if (!workspace.scimEnabled) throw scimDisabled(workspace);
  if (scopes.includes('SCIM')) return;
  throw new DomainError('FORBIDDEN', 'This API key does not have the scope SCIM.', {
    hint: 'Make a key with the scope SCIM and give that one to the identity provider.',
  });
}

/** The origin of a change: a key with the scope SCIM is the identity provider's, through GraphQL too (spec "Words"). */
export function originOf({ caller: { actor } }: ServiceContext): Origin {
  return actor?.type === 'API_KEY' && actor.scopes.includes('SCIM') ? 'IDENTITY_PROVIDER' : 'WORKSPACE';
}

function scimDisabled(workspace: Workspace): DomainError {
  return new DomainError('FORBIDDEN', `SCIM is not enabled for the workspace ${workspace.name}.`, {
    hint: 'SCIM provisioning is available on enterprise workspaces. Ask your account manager to enable it.',
  });
}
