import { DomainError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { recordRefusal } from '../../services/sso/sign-in-log.js';
import { browserOf } from '../browser-session.js';
import { PAGE_HEADERS, refuse } from '../page-handler.js';
import { rehearsalPage, shownRefusal, waysOn } from './pages.js';
import { type Rehearsal, refusedRehearsal } from './rehearsal.js';
import type { Visit } from './visit.js';

/**
 * Records a refused sign-in in the sign-in log, and shows the person its page. Other errors are thrown again.
 * @param returnTo the path that was to be opened after the sign-in
 */
export async function showingRefusal(
  visit: Visit,
  returnTo: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await showRefusal(visit, returnTo, error);
  }
}

async function showRefusal(
  { request, response, context, workspaceId }: Visit,
  returnTo: string,
  error: unknown,
): Promise<void> {
  const refusal = refusalToShow(error);
  const networkAddress = browserOf(request).address;
  const reference = await recordRefusal(context, { workspaceId, refusal, networkAddress });
  const sendsMail = context.mailer?.sends === true;
  response.locals.errorCode = refusal.reason;
  refuse(response, STATUS[refusal.reason] ?? 403, {
    ...shownRefusal(refusal, reference),
    ...waysOn(refusal.reason, { workspaceId, returnTo, sendsMail }),
  });
}

/** The provider sent values that the database cannot store. */
function refusalToShow(error: unknown): SignInRefusal {
  if (error instanceof SignInRefusal) return error;
  if (error instanceof DomainError) return new SignInRefusal('TOKEN_INVALID', error.message);
  throw error;
}

/** 403 by default. No status reveals whether a workspace or a person exists. */
const STATUS: Readonly<Partial<Record<SignInRefusal['reason'], number>>> = {
  NOT_CONFIGURED: 404,
  NOT_ENTERPRISE: 404,
  PROVIDER_UNREACHABLE: 502,
  PROVIDER_MISCONFIGURED: 502,
  PROVIDER_ERROR: 502,
  CLIENT_REJECTED: 502,
  REQUEST_REJECTED: 502,
  SECRET_UNREADABLE: 503,
  STATE_LOST: 400,
  STATE_REPLAYED: 400,
};

/** Shows the refusal of a rehearsal to the administrator in full. The sign-in log has only real sign-ins. */
export async function showingRefusedRehearsal(visit: Visit, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    showRehearsal(visit, refusedRehearsal(error));
  }
}

export function showRehearsal({ response, workspaceId }: Visit, rehearsal: Rehearsal): void {
  response.set(PAGE_HEADERS).type('html').send(rehearsalPage(rehearsal, workspaceId));
}
