import type { Person } from '../../auth/actor.js';
import type { Clock, SessionLifetimes } from '../../domain/session.js';
import { addressVerifiedBy, ssoRequiredFor } from './sso.js';

/**
 * SQL for whether the session `s` is open: not ended, not expired, not idle for too long (rule 33).
 * @param place the number of the first of two parameters, which `openAt` gives
 */
export function sessionIsOpen(place: number): string {
  return `s.ended_at is null and s.expires_at > $${place} and s.last_used_at > $${place + 1}`;
}

/** The time, and the time since which an open session must have been used. */
export function openAt({
  clock,
  sessionLifetimes,
}: {
  readonly clock: Clock;
  readonly sessionLifetimes: SessionLifetimes;
}): [Date, Date] {
  const now = clock();
  return [now, new Date(now.getTime() - sessionLifetimes.idleMs)];
}

/**
 * SQL for whether a person's session opens the workspace `w`, in which their open membership is `s` (rules 16, 32, 43).
 * A session that was ended for the workspace stays ended for it, even after the person was added again.
 * @param place the number of the first of the four parameters of `sessionValues`
 */
export function sessionOpens(place: number): string {
  const [account, session, only, method] = [place, place + 1, place + 2, place + 3].map(
    (number) => `$${number}`,
  );
  return `(
    (${only}::uuid is null or ${only} = w.id)
    and (s.role = 'OWNER' or ${method}::text = 'PROVIDER' or not (${ssoRequiredFor('w.id', `${account}::uuid`)}))
    and not exists (select 1 from session_end e where e.session_id = ${session} and e.workspace_id = w.id))`;
}

/**
 * SQL for whether a person's session may see that they are a member of the workspace `w`. A customer can add any
 * address as a member and have its provider claim it. So a session from that provider sees the person's other
 * workspaces only when the customer controls the mailbox anyway (rule 32).
 * @param place the number of the first of the four parameters of `sessionValues`
 */
export function sessionLists(place: number): string {
  const [account, only] = [`$${place}::uuid`, `$${place + 2}`];
  return `(${only}::uuid is null or ${only} = w.id or ${addressVerifiedBy(`${only}::uuid`, account)})`;
}

/** The parameters of `sessionOpens` and `sessionLists`. */
export function sessionValues({ accountId, sessionId, workspaceId, method }: Person): unknown[] {
  return [accountId, sessionId, workspaceId, method];
}
