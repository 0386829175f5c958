import type { ServiceContext } from '../services/context/service-context.js';
import { requestLink } from '../services/sign-in/mail-links.js';
import { browserOf } from './browser-session.js';
import { LINK_COOKIE, readCookie, setCookie } from './cookies.js';
import type { SignInOptions } from './options.js';
import type { PageRequest, PageResponse } from './page-handler.js';

/** Requests a link, and sets the cookie without which the link does not work. */
export async function mailLink(
  { originOf }: SignInOptions,
  request: PageRequest,
  response: PageResponse,
  services: ServiceContext,
  asked: { readonly email: string; readonly returnTo: string; readonly invitation?: string },
): Promise<void> {
  const origin = originOf(request);
  const { browserToken, expiresAt } = await requestLink(services, {
    ...asked,
    browser: browserOf(request),
    browserToken: readCookie(request, LINK_COOKIE, origin),
    urlOf: (token) => `${origin}/sign-in/link/${token}`,
  });
  setCookie(response, LINK_COOKIE, { value: browserToken, expires: expiresAt, origin });
}
