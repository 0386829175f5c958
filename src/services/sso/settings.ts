import { query, rowOf } from '../../database/query.js';
import { isId } from '../../domain/ids.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { SsoProvider } from '../../domain/sso.js';
import type { ServiceContext } from '../context/service-context.js';
import { decryptClientSecret } from './secret.js';

/** The connection's settings for a sign-in, with the secret. Never returned to clients. */
export interface SignInSettings {
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly provider: SsoProvider;
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether somebody has signed in with the present configuration, so that the provider has the redirect URI. */
  readonly isProven: boolean;
}

/**
 * The settings for signing in to a workspace. The sign-in routes call it before anybody is authorized.
 * @throws SignInRefusal NOT_CONFIGURED, also for a workspace that does not exist; NOT_ENTERPRISE; SECRET_UNREADABLE
 */
export async function settingsForSignIn(
  context: ServiceContext,
  workspaceId: string,
): Promise<SignInSettings> {
  const row = isId(workspaceId)
    ? await rowOf(
        context.database,
        query
          .selectFrom('ssoConnection as c')
          .innerJoin('workspace as w', 'w.id', 'c.workspaceId')
          .select(['c.id', 'c.workspaceId', 'c.provider', 'c.discoveryUrl', 'c.clientId', 'c.clientSecret'])
          .select(['c.lastSignInAt', 'w.plan'])
          .where('w.id', '=', workspaceId),
      )
    : undefined;
  if (row === undefined) throw new SignInRefusal('NOT_CONFIGURED');
  if (row.plan !== 'ENTERPRISE') throw new SignInRefusal('NOT_ENTERPRISE');
  const { provider, discoveryUrl, clientId } = row;
  return {
    connectionId: row.id,
    workspaceId: row.workspaceId,
    provider,
    discoveryUrl,
    clientId,
    clientSecret: decryptClientSecret(context, row),
    isProven: row.lastSignInAt !== null,
  };
}
