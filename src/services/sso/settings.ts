import { isId } from '../../domain/ids.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { SsoProvider } from '../../domain/sso.js';
import type { ServiceContext } from '../context/service-context.js';
import { decryptClientSecret } from './secret.js';

/** What a sign-in through a provider needs to know of the connection. Never for answers: it has the secret. */
export interface SignInSettings {
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly provider: SsoProvider;
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether somebody has signed in with the provider as it is configured: then it knows the redirect URI. */
  readonly isProven: boolean;
}

interface SettingsRow extends Omit<SignInSettings, 'clientSecret'> {
  readonly plan: string;
  /** Null where the workspace has no connection; encrypted otherwise. */
  readonly storedSecret: string | null;
}

/**
 * The settings with which people of a workspace sign in, for the door at which they do so: nobody is authorized yet.
 * @throws SignInRefusal NOT_CONFIGURED, also for a workspace that does not exist; NOT_ENTERPRISE; SECRET_UNREADABLE
 */
export async function settingsForSignIn(
  context: ServiceContext,
  workspaceId: string,
): Promise<SignInSettings> {
  const [row] = isId(workspaceId) ? await context.database.rows<SettingsRow>(SETTINGS, [workspaceId]) : [];
  if (row === undefined || row.storedSecret === null) throw new SignInRefusal('NOT_CONFIGURED');
  const { plan, storedSecret, ...settings } = row;
  if (plan !== 'ENTERPRISE') throw new SignInRefusal('NOT_ENTERPRISE');
  const sealed = { id: settings.connectionId, clientSecret: storedSecret };
  return { ...settings, clientSecret: decryptClientSecret(context, sealed) };
}

const SETTINGS = `
  select c.id as "connectionId", w.id as "workspaceId", w.name as "workspaceName", w.plan, c.provider,
    c.discovery_url as "discoveryUrl", c.client_id as "clientId", c.client_secret as "storedSecret",
    c.last_sign_in_at is not null as "isProven"
  from workspace w left join sso_connection c on c.workspace_id = w.id
  where w.id = $1`;
