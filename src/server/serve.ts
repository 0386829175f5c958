import cluster from 'node:cluster';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EpisodeEvents } from '../database/availability.js';
import { databaseLimits } from '../database/limits.js';
import { type OpenDatabase, openDatabase } from '../database/open.js';
import { Replicas } from '../database/replicas.js';
import { sessionLifetimes } from '../domain/session.js';
import { logTransport } from '../mail/log.js';
import { smtpTransport } from '../mail/smtp.js';
import type { MailTransport } from '../mail/transport.js';
import { httpTransport } from '../webhooks/http.js';
import { type App, createApp } from './app.js';
import { banner } from './banner.js';
import type { Config } from './config.js';
import { type DevelopmentSecrets, developmentSecrets } from './development.js';
import { type DevelopmentProvider, startDevelopmentProvider } from './identity-provider/development.js';
import { createLogger } from './logger.js';
import { ssoEnvironment } from './sso.js';

/** How long requests in flight may take to finish once the server stops. */
const DRAIN_MS = 10_000;

/** How long answers carry `Connection: close` at least before the server stops accepting connections. */
const NOTICE_MS = 100;

/** A running server. */
export interface RunningServer {
  /** Resolves with the reason when the server cannot go on; it is still to be stopped. */
  readonly failed: Promise<Error>;
  /**
   * Accepts no more requests, finishes those in flight and closes the database. A second call returns the same promise.
   */
  stop(): Promise<void>;
}

/** Called once when a server is ready, with its URL and its banner. */
export type Announce = (url: string, banner: string) => void;

/** A database that is open and migrated and, in development, seeded. */
export interface PreparedDatabase extends Pick<OpenDatabase, 'database' | 'close'> {
  /** Resolves when the embedded database has died and cannot be started again. */
  readonly failed: Promise<Error>;
  /** Undefined in production. */
  readonly secrets: DevelopmentSecrets | undefined;
}

/**
 * Opens the database, migrates it, and seeds an empty one in development.
 * @throws when it cannot be opened; nothing keeps running then
 */
export async function prepareDatabase(config: Config, logger: Logger): Promise<PreparedDatabase> {
  const { promise: failed, resolve: onGivenUp } = Promise.withResolvers<Error>();
  const { database, migrations, pooler, duplicates, close } = await openDatabase(config, {
    limits: databaseLimits(config),
    events: episodesIn(logger),
    supervision: {
      onRestarted: () => logger.error('the embedded PostgreSQL was started again'),
      onGivenUp,
    },
  });
  try {
    if (pooler?.prepares === false) {
      logger.warn(
        'PgBouncer keeps no prepared statements, so every statement is planned again: see max_prepared_statements',
      );
    }
    if (migrations.length > 0) {
      logger.info({ migrations }, 'migrated');
      for (const report of await duplicates()) logger.warn({ duplicate: report }, 'a duplicate was found');
    }
    const secrets = config.development ? await developmentSecrets(config.dataDir, database) : undefined;
    return { database, secrets, close, failed };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Logs an outage once when it begins and once when it is over, however many requests it refuses. */
function episodesIn(logger: Logger): EpisodeEvents {
  return {
    onBegin: (kind, reason) => logger.error({ kind, reason }, 'the database fails; requests are refused'),
    onEnd: (kind, episode) => logger.warn({ kind, ...episode }, 'the database works again'),
  };
}

/**
 * Prepares the database, and serves.
 * @param announce called when the server is ready
 * @throws when the database cannot be opened or the port is taken; nothing keeps running then
 */
export async function serve(config: Config, announce: Announce): Promise<RunningServer> {
  const logger = createLogger(config);
  const { database, secrets, close, failed } = await prepareDatabase(config, logger);
  try {
    const { databaseReplicaUrls, databasePoolSize } = config;
    const replicas =
      databaseReplicaUrls.length === 0
        ? undefined
        : new Replicas(
            database,
            databaseReplicaUrls,
            databasePoolSize,
            databaseLimits(config),
            (reason, replica) => logger.warn({ reason, replica }, 'a replica is not used'),
          );
    const webhookTargets = {
      allowsHttp: config.development,
      allowsPrivate: config.webhookPrivateNetworks,
    };
    const app = await createApp({
      database,
      replicas,
      logger,
      operatorToken: config.operatorToken ?? secrets?.operatorToken,
      publicUrl: config.publicUrl,
      playground: config.playground,
      requestSeconds: config.requestSeconds,
      trustedProxies: config.trustedProxies,
      wrongCredentials: config.wrongCredentialsLimit,
      invitations: config.invitationsLimit,
      domainChecks: config.domainChecksLimit,
      mailTransport: mailTransport(config, logger),
      invitationUrl: config.invitationUrl,
      provisioningLogDays: config.provisioningLogDays,
      pagesUrl: config.publicUrl ?? (config.port === 0 ? undefined : `http://localhost:${config.port}`),
      seededWorkspaceIds: secrets?.workspaces.map(({ workspaceId }) => workspaceId),
      mailsInLog: config.mail === undefined,
      sessionLifetimes: sessionLifetimes(config),
      sso: ssoEnvironment(config, secrets?.secretsKey),
      webhookTargets,
      webhookTransport: httpTransport(webhookTargets),
      metrics:
        config.development || config.metricsToken !== undefined ? { token: config.metricsToken } : undefined,
    });
    try {
      const server = createServer(app.handler);
      const port = await listen(server, config.port);
      if (config.publicUrl !== undefined) logger.info({ port }, 'listening');
      const url = config.publicUrl ?? `http://localhost:${port}`;
      const provider = cluster.isWorker
        ? undefined
        : await identityProviderBeside(config, { database, secrets }, logger, { url, port });
      announce(url, banner(url, config, secrets, provider));
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= drain(server, app, config.drainSeconds, logger)
          .then(() => provider?.stop())
          .then(app.stop)
          .then(() => replicas?.close())
          .finally(close);
        return stopped;
      };
      return { stop, failed };
    } catch (error) {
      await app.stop();
      throw error;
    }
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The development identity provider, on the next port. With several workers, the process that has started them runs it.
 * @param at the port and the URL of the server
 * @returns undefined in production, when it is switched off, and when it cannot be started
 */
export async function identityProviderBeside(
  config: Config,
  { database, secrets }: Pick<PreparedDatabase, 'database' | 'secrets'>,
  logger: Logger,
  { url, port }: { readonly url: string; readonly port: number },
): Promise<DevelopmentProvider | undefined> {
  if (!config.developmentIdentityProvider || secrets === undefined) return undefined;
  const sso = ssoEnvironment(config, secrets.secretsKey);
  const next = config.port === 0 ? 0 : port + 1;
  return startDevelopmentProvider({ database, secrets, sso, logger, url, port: next });
}

/** Production without a mail server sends nothing, because the log transport would write links into the log. */
function mailTransport({ mail, development }: Config, logger: Logger): MailTransport | undefined {
  if (mail !== undefined) return smtpTransport(mail.smtpUrl, mail.from);
  return development ? logTransport(logger) : undefined;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Closes the server without cutting requests: first `/readyz` answers 503 and every answer asks its client to close the
 * connection, while new requests are served; then the server stops accepting connections and closes idle ones.
 * @param seconds how long load balancers have to notice
 */
async function drain(server: Server, app: App, seconds: number, logger: Logger): Promise<void> {
  logger.info('stopping');
  app.announceStop();
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  await wait(Math.max(1000 * seconds, NOTICE_MS));
  const idle = setInterval(() => {
    app.endStreams();
    server.closeIdleConnections();
  }, NOTICE_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(deadline);
}
