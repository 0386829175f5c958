import type { Router } from 'express';
import { DomainError } from '../domain/errors.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { accept } from '../services/invitations/accept.js';
import { acceptMailed, showInvitation } from '../services/sign-in/invitations.js';
import { browserOf, startBrowserSession } from './browser-session.js';
import { mailLink } from './mail-link.js';
import type { SignInOptions } from './options.js';
import { field, type PageRequest, type PageResponse, page, show } from './page-handler.js';
import { invitationPage, isSameAddress } from './pages/invitation.js';

/**
 * `/invitation/{token}`: the link of an invitation. It signs the person in, accepts the invitation, and opens the
 * workspace.
 */
export function invitationRoutes(router: Router, options: SignInOptions): void {
  const showForm = async (
    response: PageResponse,
    services: ServiceContext,
    form: { readonly token: string; readonly email: string; readonly error: string | null },
    status = 200,
  ) => {
    const shown = await showInvitation(services, form);
    const signedInAs = addressOf(services);
    show(
      response,
      invitationPage({ ...form, shown, signedInAs, sendsMail: services.mailer?.sends === true }),
      status,
    );
  };
  router.get(
    '/invitation/:token',
    page('/invitation/:token', options, async (request, response, services) => {
      const { token = '' } = request.params;
      await showForm(response, services, { token, email: '', error: null });
    }),
  );
  router.post(
    '/invitation/:token',
    page('/invitation/:token', options, async (request, response, services) => {
      const { token = '' } = request.params;
      response.redirect(303, await join(options, request, response, services, token));
    }),
  );
  router.post(
    '/invitation/:token/link',
    page('/invitation/:token/link', options, async (request, response, services) => {
      const { token = '' } = request.params;
      const email = field(request, 'email').trim();
      const { invitation } = await showInvitation(services, { token });
      const returnTo = `/workspace/${invitation.workspaceId}`;
      try {
        await mailLink(options, request, response, services, { email, returnTo, invitation: token });
        response.redirect(303, '/sign-in/link/sent');
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'INVALID_INPUT') throw error;
        response.locals.errorCode = error.code;
        const message = `${error.message} ${error.details.hint ?? ''}`;
        await showForm(response, services, { token, email, error: message }, 400);
      }
    }),
  );
}

/**
 * Accepts the invitation as the signed-in person if the address matches, else by the token in the mail.
 * @returns the path of the workspace
 */
async function join(
  { originOf }: SignInOptions,
  request: PageRequest,
  response: PageResponse,
  services: ServiceContext,
  token: string,
): Promise<string> {
  const { invitation, isMailed } = await showInvitation(services, { token });
  const address = addressOf(services);
  const isForVisitor =
    address !== null && (invitation.email === null || isSameAddress(address, invitation.email));
  if (isForVisitor || !isMailed) {
    await accept(services, { token });
    return `/workspace/${invitation.workspaceId}`;
  }
  const { session, returnTo } = await acceptMailed(services, { token, browser: browserOf(request) });
  await startBrowserSession(response, services, session, originOf(request));
  return returnTo;
}

function addressOf({ caller: { actor } }: ServiceContext): string | null {
  return actor?.type === 'PERSON' ? actor.email : null;
}
