import type { MintedSession } from '../services/sessions/open.js';
import { workspacesOf } from '../services/viewer/workspaces.js';
import type { SignInOptions } from './options.js';
import type { PageRequest, PageResponse } from './page-handler.js';

/**
 * Redirects a person who has just signed in to the requested page; without one, a person with several workspaces
 * chooses one (rule 48).
 */
export async function land(
  { contextOfToken }: Pick<SignInOptions, 'contextOfToken'>,
  request: PageRequest,
  response: PageResponse,
  { session, returnTo }: { readonly session: MintedSession; readonly returnTo: string },
): Promise<void> {
  response.redirect(303, returnTo === '/' ? await choice() : returnTo);

  async function choice(): Promise<string> {
    const services = await contextOfToken(session.token, request, response.locals.requestId);
    return (await workspacesOf(services)).length > 1 ? '/sign-in/workspaces' : '/';
  }
}
