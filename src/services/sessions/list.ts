import { browserName } from '../../auth/browser.js';
import { boolean, nullable, timestamptz, uuid } from '../../database/column-types.js';
import { type RowOf, statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { DomainError } from '../../domain/errors.js';
import type { SessionMethod } from '../../domain/session.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { openAt, sessionIsOpen } from '../rows/sessions.js';
import { addressVerifiedBy } from '../rows/sso.js';

/** An open session, as lists show it. */
export interface SessionRow {
  readonly id: string;
  readonly method: SessionMethod;
  /** The only workspace that it opens; null: all that do not require SSO. */
  readonly workspaceId: string | null;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
  readonly browser: string | null;
  /** Whether it is the session of this request. */
  readonly current: boolean;
}

const MOST = 200;

/**
 * The open sessions of the caller, newest first (rule 35). A session that opens one workspace alone sees only those
 * that open the same: it may prove too little for the others (rule 32).
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators
 */
export async function listOwn(context: ServiceContext): Promise<SessionRow[]> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') throw new DomainError('FORBIDDEN', 'Only people have sessions of their own.');
  const { accountId, workspaceId, sessionId } = actor;
  const [now, usedSince] = openAt(context);
  const rows = await OWN.rows(context.batched, { accountId, workspaceId, sessionId, now, usedSince });
  return rows.map(shown);
}

/**
 * The open sessions of a member that open the workspace, for its owners and admins, newest first (rule 35). For a
 * session that opens other workspaces too, it does not show where and when it was used, because anybody's address can
 * be added as a member. A customer who controls the mailbox sees these values too.
 * @throws DomainError as `authorize` does
 */
export async function listOfMember(
  context: ServiceContext,
  { id: memberId, workspaceId }: { readonly id: string; readonly workspaceId: string },
): Promise<SessionRow[]> {
  await authorize(context, 'session.manage', workspaceId);
  const actor = authenticated(context);
  const sessionId = actor.type === 'PERSON' ? actor.sessionId : null;
  const [now, usedSince] = openAt(context);
  const rows = await OF_MEMBER.rows(context.batched, { workspaceId, memberId, sessionId, now, usedSince });
  return rows.map(shown);
}

const SELECTED = `
  s.id, s.method, s.workspace_id as "workspaceId", s.created_at as "startedAt", s.expires_at as "expiresAt",
  s.last_used_at as "lastUsedAt", s.last_used_from as "lastUsedFrom", s.user_agent as "userAgent",
  s.id = $sessionId as current`;

const COLUMNS = {
  ...typesOf(TABLES.session, 'id', 'method', 'workspaceId'),
  startedAt: timestamptz,
  ...typesOf(TABLES.session, 'expiresAt', 'lastUsedAt', 'lastUsedFrom', 'userAgent'),
  current: nullable(boolean),
  known: boolean,
};

const NEWEST = `order by s.created_at desc, s.id desc limit ${MOST}`;

const OWN = statement({
  name: 'sessions.own',
  text: `
    select ${SELECTED}, true as known from session s
    where s.account_id = $accountId and ($workspaceId::uuid is null or s.workspace_id = $workspaceId)
      and ${sessionIsOpen(4)} ${NEWEST}`,
  parameters: {
    accountId: uuid,
    workspaceId: nullable(uuid),
    sessionId: uuid,
    now: timestamptz,
    usedSince: timestamptz,
  },
  columns: COLUMNS,
});

const OF_MEMBER = statement({
  name: 'sessions.ofMember',
  text: `
    select ${SELECTED},
      s.workspace_id is not null or ${addressVerifiedBy('m.workspace_id', 'm.account_id')} as known
    from member m
    join membership open on open.member_id = m.id and open.ended_at is null
    join session s on s.account_id = m.account_id
    where m.workspace_id = $workspaceId and m.id = $memberId
      and (s.workspace_id is null or s.workspace_id = $workspaceId)
      and not exists (select 1 from session_end e where e.session_id = s.id and e.workspace_id = $workspaceId)
      and ${sessionIsOpen(4)} ${NEWEST}`,
  parameters: {
    workspaceId: uuid,
    memberId: uuid,
    sessionId: nullable(uuid),
    now: timestamptz,
    usedSince: timestamptz,
  },
  columns: COLUMNS,
});

function shown({ userAgent, known, current, ...session }: RowOf<typeof COLUMNS>): SessionRow {
  return {
    ...session,
    current: current === true,
    lastUsedAt: known ? session.lastUsedAt : null,
    lastUsedFrom: known ? session.lastUsedFrom : null,
    browser: known ? browserName(userAgent) : null,
  };
}
