import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { type SignInSettings, settingsForSignIn } from '../../services/sso/settings.js';
import {
  AnotherPersonError,
  type ProviderSignIn,
  type SignedIn,
  signIn,
} from '../../services/sso/sign-in.js';
import { acceptOnce, wasUsed } from '../../services/sso/used-values.js';
import { browserOf, startBrowserSession } from '../browser-session.js';
import type { Incoming } from '../incoming.js';
import { PAGE_HEADERS } from '../page-handler.js';
import { type Attempt, takeAttempt } from './attempt.js';
import { identityOf, sidOf } from './claims.js';
import { type Confirmation, openConfirmation, sealConfirmation } from './confirmation.js';
import { anotherPersonPage } from './pages.js';
import type { Proof } from './providers.js';
import { showingRefusal, showingRefusedRehearsal, showRehearsal } from './refusals.js';
import { rehearsalOf } from './rehearsal.js';
import { encryptionOf, parametersOf, type SsoRouterOptions, type Visit } from './visit.js';
import { continuePath } from './ways.js';

/**
 * Finishes a sign-in: the browser returns from the provider, and gets a session (rules 39–41) or the page of the
 * rehearsal.
 * @throws SignInRefusal STATE_LOST, STATE_REPLAYED
 */
export async function finishSignIn(options: SsoRouterOptions, visit: Visit): Promise<void> {
  const { request, context, workspaceId } = visit;
  const { providers, originOf } = options;
  const parameters = parametersOf(request);
  const attempt = await attemptOf(visit, originOf(request), parameters.get('state') ?? '');
  const comeBack = async () => {
    const settings = await settingsForSignIn(context, workspaceId);
    const proof = await providers.exchange(settings, attempt, parameters);
    return { settings, proof, arrival: arrivalOf(request, settings, attempt, proof) };
  };
  if (attempt.isRehearsal) {
    return showingRefusedRehearsal(visit, async () => {
      const { settings, proof, arrival } = await comeBack();
      showRehearsal(visit, await rehearsalOf(context, settings, arrival, proof));
    });
  }
  await showingRefusal(visit, attempt.returnTo, async () => {
    const { settings, proof, arrival } = await comeBack();
    try {
      const signedIn = await explaining(proof.userInfoFault, () =>
        signIn(context, settings, arrival, { replacesAnother: false }),
      );
      await enter(options, visit, signedIn, attempt.returnTo);
    } catch (error) {
      if (!(error instanceof AnotherPersonError)) throw error;
      askToReplace(visit, settings, error.email, {
        arrival,
        state: attempt.state,
        returnTo: attempt.returnTo,
      });
    }
  });
}

/** Otherwise a link to another workspace's provider could replace a session without a click (rules 32 and 36). */
function askToReplace(
  { response, context, workspaceId }: Visit,
  settings: SignInSettings,
  email: string,
  confirmation: Omit<Confirmation, 'expiresAt'>,
): void {
  const { actor } = context.caller;
  const sealed = sealConfirmation(encryptionOf(context), settings, actor, {
    ...confirmation,
    now: context.clock(),
  });
  const present = actor?.type === 'PERSON' ? actor.email : null;
  const action = continuePath(workspaceId);
  response.set(PAGE_HEADERS).type('html').send(anotherPersonPage({ present, email, action, sealed }));
}

/**
 * Finishes a sign-in after the click that replaces the session of another person.
 * @param sealed the confirmation, as the form has sent it
 */
export async function continueSignIn(options: SsoRouterOptions, visit: Visit, sealed: string): Promise<void> {
  const { request, context, workspaceId } = visit;
  await showingRefusal(visit, '/', async () => {
    const settings = await settingsForSignIn(context, workspaceId);
    const { actor } = context.caller;
    const opened = openConfirmation(encryptionOf(context), settings, actor, { sealed, now: context.clock() });
    if (opened === undefined) throw new SignInRefusal('STATE_LOST');
    const { arrival, state, returnTo, expiresAt } = opened;
    if (!(await acceptOnce(context.database, 'confirmation', state, new Date(expiresAt))))
      throw new SignInRefusal('STATE_REPLAYED');
    const { address: networkAddress, userAgent } = browserOf(request);
    const arrived = { ...arrival, networkAddress, userAgent };
    await enter(
      options,
      visit,
      await signIn(context, settings, arrived, { replacesAnother: true }),
      returnTo,
    );
  });
}

/** Gives the browser its session, and opens the page that the person wanted. */
async function enter(
  { originOf }: SsoRouterOptions,
  { request, response, context, workspaceId }: Visit,
  { session, by }: SignedIn,
  returnTo: string,
): Promise<void> {
  await startBrowserSession(response, context, session, originOf(request));
  response.redirect(303, by === 'INVITED' ? `/workspace/${workspaceId}` : returnTo);
}

function arrivalOf(
  request: Incoming,
  { provider }: SignInSettings,
  { returnTo }: Attempt,
  { issuer, claims, idToken }: Proof,
): ProviderSignIn {
  const { address, userAgent } = browserOf(request);
  return {
    identity: identityOf(provider, issuer, claims),
    sid: sidOf(claims),
    idToken,
    invitationToken: INVITATION.exec(returnTo)?.[1] ?? null,
    networkAddress: address,
    userAgent,
  };
}

/** The page of an invitation, from which the person started to sign in. */
const INVITATION = /^\/invitation\/([\w-]+)$/;

/**
 * Returns the attempt with which a browser returns, once.
 * @throws SignInRefusal STATE_LOST, STATE_REPLAYED
 */
async function attemptOf(
  { request, response, context, workspaceId }: Visit,
  origin: string,
  state: string,
): Promise<Attempt> {
  const { database, sso, clock } = context;
  const attempt = takeAttempt(request, response, sso.encryption, {
    workspaceId,
    state,
    now: clock(),
    origin,
  });
  if (attempt === undefined)
    throw new SignInRefusal((await wasUsed(database, 'state', state)) ? 'STATE_REPLAYED' : 'STATE_LOST');
  if (!(await acceptOnce(database, 'state', state, new Date(attempt.expiresAt))))
    throw new SignInRefusal('STATE_REPLAYED');
  return attempt;
}

/** Adds the reason for a missing address to a refusal. */
async function explaining<Result>(fault: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (fault === null || !(error instanceof SignInRefusal) || error.reason !== 'ADDRESS_MISSING')
      throw error;
    throw new SignInRefusal(error.reason, fault, error);
  }
}
