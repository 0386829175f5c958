import type { Transaction } from '../../database/database.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { discoveryUrlOf, type ProviderLocation, type SsoProvider } from '../../domain/sso.js';
import { isPlainText } from '../../domain/text.js';
import { SsoConnection } from '../../model/sso-connection.js';
import type { Workspace } from '../../model/workspace.js';
import { changesBetween, record } from '../audit/record.js';
import { authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { ServiceContext } from '../context/service-context.js';
import { findConnection, lockSsoSettings, type SsoConnectionRow } from '../rows/sso.js';
import { encryptClientSecret } from './secret.js';

const LONGEST_CLIENT_ID = 500;
const LONGEST_SECRET = 2000;

/** Settings of a connection. Absent or null settings stay unchanged. */
export interface SsoConnectionSettings extends ProviderLocation {
  readonly workspaceId: string;
  readonly provider?: SsoProvider | null;
  readonly clientId?: string | null;
  readonly clientSecret?: string | null;
  readonly ssoRequired?: boolean | null;
  readonly joinOnSignIn?: boolean | null;
}

/**
 * The connection of a workspace, without its secret.
 * @returns null when there is none
 * @throws DomainError as `authorize` does
 */
export async function get(context: ServiceContext, workspaceId: string): Promise<SsoConnectionRow | null> {
  await authorize(context, 'sso.manage', workspaceId);
  return (await findConnection(context.reads, workspaceId)) ?? null;
}

/** Single sign-on is for ENTERPRISE workspaces. */
export function ssoRefused({ plan }: Pick<Workspace, 'plan'>): DomainError | false {
  if (plan === 'ENTERPRISE') return false;
  return new DomainError('FORBIDDEN', 'Single sign-on is available on ENTERPRISE workspaces only.', {
    hint: 'Ask your account manager to change the plan.',
  });
}

/**
 * Runs `work` on the settings of single sign-on in a transaction that locks them.
 * @throws DomainError as `authorize` does; FORBIDDEN without ENTERPRISE; whatever `work` throws
 */
export async function changingSso<Result>(
  context: ServiceContext,
  workspaceId: string,
  work: (tx: Transaction, connection: SsoConnection | null) => Promise<Result>,
): Promise<Result> {
  return runCommand(context, 'sso.manage', workspaceId, async (tx, { workspace }) => {
    const refusal = ssoRefused(workspace);
    if (refusal !== false) throw refusal;
    await lockSsoSettings(tx, workspace.id);
    return work(tx, await tx.em.findOne(SsoConnection, { workspaceId: workspace.id }));
  });
}

/**
 * Sets the connection of a workspace, or changes it (rule 37).
 * @throws DomainError as `changingSso` does; INVALID_INPUT naming the attribute; FORBIDDEN without SECRETS_KEY
 */
export async function set(
  context: ServiceContext,
  settings: SsoConnectionSettings,
): Promise<SsoConnectionRow> {
  return changingSso(context, settings.workspaceId, async (tx, existing) => {
    const before = existing === null ? {} : described(existing);
    const connection = existing ?? newConnection(context, tx, settings);
    if (existing !== null) change(context, existing, settings);
    const after = described(connection);
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length > 0) {
      connection.updatedAt = new Date();
      await recordConnection(context, tx, 'ssoConnection.set', connection, changes);
    }
    await tx.em.flush();
    const { clientSecret: _, ...shown } = connection;
    return shown;
  });
}

function newConnection(
  context: ServiceContext,
  tx: Transaction,
  settings: SsoConnectionSettings,
): SsoConnection {
  const { workspaceId, provider } = settings;
  if (provider == null) throw required('provider');
  if (settings.ssoRequired === true) throw notYetRequired();
  const id = newId();
  const now = new Date();
  return tx.em.create(
    SsoConnection,
    {
      id,
      workspaceId: workspaceId.toLowerCase(),
      provider,
      discoveryUrl: discoveryUrlOf(provider, settings, context.sso.allowsHttp),
      clientId: readClientId(settings.clientId ?? ''),
      clientSecret: encryptClientSecret(context, id, readSecret(settings.clientSecret ?? '')),
      clientSecretSetAt: now,
      ssoRequired: false,
      joinOnSignIn: settings.joinOnSignIn ?? false,
      lastSignInAt: null,
      managerSignedInAt: null,
      createdAt: now,
      updatedAt: now,
    },
    { persist: true },
  );
}

function change(context: ServiceContext, connection: SsoConnection, settings: SsoConnectionSettings): void {
  const provider = settings.provider ?? connection.provider;
  const isMoved =
    provider !== connection.provider ||
    [settings.oktaDomain, settings.entraTenantId, settings.discoveryUrl].some((place) => place != null);
  const discoveryUrl = isMoved
    ? discoveryUrlOf(provider, settings, context.sso.allowsHttp)
    : connection.discoveryUrl;
  const clientId = settings.clientId == null ? connection.clientId : readClientId(settings.clientId);
  const isElsewhere = discoveryUrl !== connection.discoveryUrl;
  // Otherwise an administrator could have the stored secret sent to a server of their own, and so read it.
  if (isElsewhere && settings.clientSecret == null) {
    throw new DomainError('INVALID_INPUT', 'clientSecret is required with another provider.', {
      attribute: 'clientSecret',
      hint: 'The stored secret is sent only to the provider for which it was entered.',
    });
  }
  const isUnproven = isElsewhere || clientId !== connection.clientId;
  if (isUnproven && connection.ssoRequired && settings.ssoRequired !== false) {
    throw new DomainError('INVALID_INPUT', 'The provider cannot change while single sign-on is required.', {
      attribute: 'ssoRequired',
      hint: 'Switch ssoRequired off with the same change, and on again when an owner or admin has signed in.',
    });
  }
  connection.provider = provider;
  connection.discoveryUrl = discoveryUrl;
  connection.clientId = clientId;
  if (settings.clientSecret != null) {
    connection.clientSecret = encryptClientSecret(context, connection.id, readSecret(settings.clientSecret));
    connection.clientSecretSetAt = new Date();
  }
  if (settings.ssoRequired != null) connection.ssoRequired = settings.ssoRequired;
  if (isUnproven) {
    connection.lastSignInAt = null;
    connection.managerSignedInAt = null;
  }
  if (connection.ssoRequired && connection.managerSignedInAt === null) throw notYetRequired();
  if (settings.joinOnSignIn != null) connection.joinOnSignIn = settings.joinOnSignIn;
}

/**
 * Deletes the connection with its domains. Its sessions continue until they end; stored subjects are kept, in case the
 * same provider is configured again.
 * @throws DomainError as `authorize` does; NOT_FOUND without a connection
 */
export async function remove(
  context: ServiceContext,
  { workspaceId }: { readonly workspaceId: string },
): Promise<{ ssoConnectionId: string }> {
  return runCommand(context, 'sso.manage', workspaceId, async (tx) => {
    await lockSsoSettings(tx, workspaceId);
    const connection = requireConnection(await tx.em.findOne(SsoConnection, { workspaceId }));
    tx.em.remove(connection);
    const changes = changesBetween(described(connection), {});
    await recordConnection(context, tx, 'ssoConnection.delete', connection, changes);
    return { ssoConnectionId: connection.id };
  });
}

/** @throws DomainError NOT_FOUND without a connection */
export function requireConnection<Connection>(connection: Connection | null | undefined): Connection {
  if (connection != null) return connection;
  throw new DomainError('NOT_FOUND', 'The workspace has no single sign-on configuration.', {
    hint: 'Set one with ssoConnectionSet first.',
  });
}

async function recordConnection(
  context: ServiceContext,
  tx: Transaction,
  action: AuditAction,
  { id, workspaceId, discoveryUrl }: SsoConnection,
  changes: ReturnType<typeof changesBetween>,
): Promise<void> {
  const target = { type: 'ssoConnection', id, label: new URL(discoveryUrl).host };
  await record(context, tx, { workspaceId, action, target, changes });
}

/** The values of a connection for audit entries; for the secret, the time at which it was set. */
function described(connection: SsoConnection): object {
  const { provider, discoveryUrl, clientId, clientSecretSetAt, ssoRequired, joinOnSignIn } = connection;
  return {
    provider,
    discoveryUrl,
    clientId,
    clientSecretSetAt: clientSecretSetAt.toISOString(),
    ssoRequired,
    joinOnSignIn,
  };
}

function readClientId(text: string): string {
  const clientId = text.trim();
  if (clientId === '') throw required('clientId');
  if (isPlainText(clientId, LONGEST_CLIENT_ID)) return clientId;
  throw new DomainError('INVALID_INPUT', `clientId must have at most ${LONGEST_CLIENT_ID} characters.`, {
    attribute: 'clientId',
  });
}

function readSecret(text: string): string {
  const secret = text.trim();
  if (secret === '') throw required('clientSecret');
  if (isPlainText(secret, LONGEST_SECRET)) return secret;
  throw new DomainError('INVALID_INPUT', `clientSecret must have at most ${LONGEST_SECRET} characters.`, {
    attribute: 'clientSecret',
  });
}

function required(attribute: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} is required and cannot be empty.`, { attribute });
}

function notYetRequired(): DomainError {
  return new DomainError(
    'INVALID_INPUT',
    'Single sign-on cannot be required before an owner or admin has signed in with it.',
    {
      attribute: 'ssoRequired',
      hint: 'Sign in with the provider once, as an owner or admin. Then require it.',
    },
  );
}
