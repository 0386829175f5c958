import type { Router } from 'express';
import { DomainError } from '../domain/errors.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { seededPeople, signInSeeded } from '../services/sign-in/development.js';
import { browserOf, startBrowserSession } from './browser-session.js';
import { mailLink } from './mail-link.js';
import type { SignInOptions } from './options.js';
import {
  field,
  type PageRequest,
  type PageResponse,
  page,
  refuse,
  setRetryAfter,
  show,
} from './page-handler.js';
import { continuePage } from './pages/continue.js';
import { NOT_SIGNED_IN } from './pages/refused.js';
import { signInPage } from './pages/sign-in.js';
import { returnPath } from './return-to.js';

const REFERENCE = /^[\w-]{1,64}$/;

/** `/sign-in`: asks for the address, then redirects to a provider or mails a link (rules 46, 48). */
export function signInRoutes(router: Router, options: SignInOptions): void {
  const form = (request: PageRequest, response: PageResponse, services: ServiceContext) =>
    showForm(options, response, services, {
      email: '',
      returnTo: returnPath(request.query.returnTo),
      byMail: request.query.way === 'mail',
      error: null,
    });
  router.get('/sign-in', page('/sign-in', options, form));
  router.post(
    '/sign-in',
    page('/sign-in', options, async (request, response, services) => {
      const typed = {
        email: field(request, 'email').trim(),
        returnTo: returnPath(field(request, 'returnTo')),
        byMail: field(request, 'way') === 'mail',
      };
      // Owners may sign in by mail when the provider is unavailable (rule 43).
      const url = typed.byMail ? null : await options.providerPathFor(services, typed.email, typed.returnTo);
      if (url !== null) {
        show(response, continuePage({ title: 'Your company’s sign-in', url, text: 'Continue' }));
        return;
      }
      try {
        await mailLink(options, request, response, services, typed);
        response.redirect(303, '/sign-in/link/sent');
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        response.locals.errorCode = error.code;
        setRetryAfter(response, error);
        const message = [error.message, error.details.hint].filter(Boolean).join(' ');
        await showForm(
          options,
          response,
          services,
          { ...typed, error: message },
          STATUS_OF_TYPO[error.code] ?? 403,
        );
      }
    }),
  );
  router.get(
    '/sign-in/refused',
    page('/sign-in/refused', options, (request, response) => {
      const reference = request.query.ref;
      refuse(response, 403, {
        title: NOT_SIGNED_IN,
        message: 'Signing in was refused.',
        hint: 'An owner or admin of your workspace finds the reason in the sign-in log.',
        reference:
          typeof reference === 'string' && REFERENCE.test(reference) ? reference : response.locals.requestId,
      });
    }),
  );
  const { seededWorkspaceIds: workspaceIds } = options;
  if (workspaceIds === undefined) return;
  router.post(
    '/sign-in/development',
    page('/sign-in/development', options, async (request, response, services) => {
      const email = field(request, 'email');
      const session = await signInSeeded(services, { email, workspaceIds, browser: browserOf(request) });
      await startBrowserSession(response, services, session, options.originOf(request));
      response.redirect(303, returnPath(field(request, 'returnTo')));
    }),
  );
}

const STATUS_OF_TYPO: Readonly<Record<string, number>> = { INVALID_INPUT: 400, RATE_LIMITED: 429 };

interface Typed {
  readonly email: string;
  readonly returnTo: string;
  /** Whether a link is mailed even if the address's domain has a provider. */
  readonly byMail: boolean;
}

async function showForm(
  { seededWorkspaceIds }: SignInOptions,
  response: PageResponse,
  services: ServiceContext,
  form: Typed & { readonly error: string | null },
  status = 200,
): Promise<void> {
  const { actor } = services.caller;
  const sendsMail = services.mailer?.sends === true;
  const text = signInPage({
    ...form,
    byMail: form.byMail && sendsMail,
    sendsMail,
    signedInAs: actor?.type === 'PERSON' ? actor.email : null,
    people: seededWorkspaceIds === undefined ? null : await seededPeople(services, seededWorkspaceIds),
  });
  show(response, text, status);
}
