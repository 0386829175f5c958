import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import { memoryAdapter } from './adapter.js';
import { errorPage, peoplePage, signedOutPage, signOutPage } from './pages.js';
import type { ProviderPerson } from './person.js';

export interface IdentityProviderOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly people: readonly ProviderPerson[];
  readonly client: {
    readonly id: string;
    readonly secret: string;
    readonly redirectUris: readonly string[];
    readonly signOutUris: readonly string[];
    readonly backchannelLogoutUri: string;
  };
}

/** A running identity provider. */
export interface IdentityProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const LARGEST_FORM = 10_000;
/** In seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * Starts a small but real OpenID Connect provider on the loopback interface: its page signs in as any seeded
 * person. For development and tests; its package is not installed in production.
 * @throws the server's error when the port is taken, or the loader's when `oidc-provider` is not installed
 */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { default: OidcProvider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const issuer = `http://${HOST}:${port}`;
  const provider = new OidcProvider(issuer, await configurationOf(options));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    const choosing = /^\/interaction\/[\w-]+$/.test(request.url ?? '');
    const answer = choosing
      ? choosePerson(provider, options.people, request, response)
      : handle(request, response);
    answer.catch(() => response.writeHead(400).end('The sign-in cannot go on. Start it again.'));
  });
  return {
    issuer,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function configurationOf({ people, client }: IdentityProviderOptions): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signOut: NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']> = {
    enabled: true,
    logoutSource: (context, form) => {
      context.type = 'html';
      context.body = signOutPage(form);
    },
    postLogoutSuccessSource: (context) => {
      context.type = 'html';
      context.body = signedOutPage();
    },
  };
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [...client.redirectUris],
        post_logout_redirect_uris: [...client.signOutUris],
        backchannel_logout_uri: client.backchannelLogoutUri,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: {
      keys: [
        { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: randomBytes(4).toString('hex') },
      ],
    },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    adapter: memoryAdapter(),
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: DAY,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: DAY,
    },
    renderError: (context, { error, error_description: description = '' }) => {
      context.type = 'html';
      context.body = errorPage(error, description);
    },
    pkce: { required: () => true },
    // The claims of a scope come in the ID token, as Okta, Entra and Google send them.
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'sid'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, subject) => {
      const person = people.find((one) => one.subject === subject);
      if (person === undefined) return undefined;
      const { email, name, emailVerified = true } = person;
      const claims = () => ({ sub: subject, email, email_verified: emailVerified, name });
      return { accountId: subject, claims };
    },
    // No consent page, because the app belongs to the company.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: signOut,
    },
    // oidc-provider's own function refuses the loopback interface, where Rollcall is.
    fetch: (
      url: string | URL | Request,
      { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown } = {},
    ) => fetch(url, options),
  };
}

/** Shows the page on which a person chooses who to sign in as, and handles the choice. */
async function choosePerson(
  provider: Provider,
  people: readonly ProviderPerson[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(peoplePage(uid, people));
    return;
  }
  const subject = new URLSearchParams(await bodyOf(request)).get('subject');
  const result = people.some((person) => person.subject === subject)
    ? { login: { accountId: subject ?? '' } }
    : { error: 'access_denied', error_description: 'The person has declined to sign in.' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > LARGEST_FORM) throw new Error('the form is too large');
  }
  return body;
}
