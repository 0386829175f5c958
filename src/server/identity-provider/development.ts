import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { SsoEnvironment } from '../../services/context/sso-environment.js';
import { localContext } from '../../services/context/system.js';
import { seededPeople } from '../../services/sign-in/development.js';
import * as connections from '../../services/sso/connection.js';
import { settingsForSignIn } from '../../services/sso/settings.js';
import type { DevelopmentSecrets } from '../development.js';
import type { ProviderPerson } from './person.js';
import { type IdentityProvider, startIdentityProvider } from './provider.js';

/** Distinguishes our own connection from one that a developer has configured. */
const CLIENT_ID = 'rollcall-development';

/** A person who is not a member, to try a refusal. */
const STRANGER: ProviderPerson = { subject: 'stranger', email: 'zoe@elsewhere.test', name: 'Zoe Stranger' };

export interface DevelopmentProviderOptions {
  readonly database: Database;
  readonly secrets: DevelopmentSecrets;
  readonly sso: SsoEnvironment;
  readonly logger: Logger;
  /** The URL of the server. */
  readonly url: string;
  /** The port of the provider; 0: any free one. */
  readonly port: number;
}

/** The development identity provider, and the URL at which people sign in with it. */
export interface DevelopmentProvider {
  readonly workspaceId: string;
  readonly startUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts an identity provider for the seeded V2 workspace, whose people can sign in with it, and connects the workspace
 * to it, unless a developer has connected it to another one.
 * @returns undefined without a seeded workspace, and when the provider cannot be started or that of another server is
 *   used, as the log says
 */
export async function startDevelopmentProvider(
  options: DevelopmentProviderOptions,
): Promise<DevelopmentProvider | undefined> {
  const { database, secrets, sso, logger, url } = options;
  const seeded = secrets.workspaces.find(({ version }) => version === 'V2');
  if (seeded === undefined) return undefined;
  const { workspaceId } = seeded;
  const secret = createHmac('sha256', secrets.secretsKey).update(CLIENT_ID).digest('hex');
  const context = localContext(database, 'SYSTEM', undefined, sso);
  const people = (await seededPeople(context, [workspaceId])).map(({ email, name }) => ({
    subject: email,
    email,
    name: name ?? email,
  }));
  const provider = await startProvider(options, workspaceId, secret, [...people, STRANGER]);
  if (provider === undefined) return undefined;
  try {
    const existing = await connections.get(context, workspaceId);
    if (existing === null || existing.clientId === CLIENT_ID) {
      const isUsable = await settingsForSignIn(context, workspaceId).then(
        ({ discoveryUrl, clientSecret }) =>
          discoveryUrl.startsWith(`${provider.issuer}/`) && clientSecret === secret,
        () => false,
      );
      if (!isUsable && existing !== null && (await answers(existing.discoveryUrl))) {
        logger.warn('the workspace is connected to the development identity provider of another server');
        await provider.stop();
        return undefined;
      }
      if (!isUsable) {
        await connections.set(context, {
          workspaceId,
          provider: 'OTHER_OIDC',
          discoveryUrl: provider.issuer,
          clientId: CLIENT_ID,
          clientSecret: secret,
          ssoRequired: false,
        });
      }
    }
  } catch (error) {
    // For example because the workspace has another plan now. The server is useful without the provider.
    logger.warn({ err: error }, 'the development identity provider could not be connected');
  }
  return {
    workspaceId,
    startUrl: `${url}/api/workspaces/${workspaceId}/auth/sso/start`,
    stop: () => provider.stop(),
  };
}

const ANSWER_MS = 1000;

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    return false;
  }
}

async function startProvider(
  { url, port, logger }: DevelopmentProviderOptions,
  workspaceId: string,
  secret: string,
  people: readonly ProviderPerson[],
): Promise<IdentityProvider | undefined> {
  // A browser may use either name of the machine.
  const origins = [...new Set([url, url.replace('//localhost', '//127.0.0.1')])];
  const paths = `/api/workspaces/${workspaceId}/auth/sso`;
  try {
    return await startIdentityProvider({
      port,
      people,
      client: {
        id: CLIENT_ID,
        secret,
        redirectUris: origins.map((origin) => `${origin}${paths}/callback`),
        signOutUris: origins.map((origin) => `${origin}/signed-out`),
        backchannelLogoutUri: `${url}${paths}/backchannel-logout`,
      },
    });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    logger.warn({ reason, port }, 'the development identity provider could not be started');
    return undefined;
  }
}
