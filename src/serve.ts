import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { createApp } from './app.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { openDatabase } from './database/open.js';
import { type DevelopmentSecrets, recall, remember } from './development.js';
import { logTransport } from './mail/log.js';
import { smtpTransport } from './mail/smtp.js';
import type { MailTransport } from './mail/transport.js';
import { seed } from './seed.js';

/** How long requests that are under way may take to finish once the server stops. */
const DRAIN_MS = 10_000;

/** How long clients that are busy have to learn that their connection ends. */
const NOTICE_MS = 100;

/** Any number will do, as long as nothing else in the database uses it. */
const SEED_LOCK = 7_262_002;

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  /** Takes no more requests, finishes those under way, and closes the database. Calling it again does no harm. */
  stop(): Promise<void>;
}

/**
 * Opens the database, brings it up to date, seeds an empty one in development, and serves.
 * @param announce told what a newcomer needs, once the server is ready
 * @throws when the database cannot be opened or the port is taken; nothing keeps running then
 */
export async function serve(config: Config, announce: (text: string) => void): Promise<RunningServer> {
  const logger = createLogger(config);
  const { database, migrations, close } = await openDatabase(config);
  try {
    if (migrations.length > 0) logger.info({ migrations }, 'migrated');
    const secrets = config.development ? await developmentSecrets(config, database) : undefined;
    const app = await createApp({
      database,
      logger,
      operatorToken: config.operatorToken ?? secrets?.operatorToken,
      publicUrl: config.publicUrl,
      playground: config.playground,
      mailTransport: mailTransport(config, logger),
      invitationUrl: config.invitationUrl,
    });
    const server = createServer(app.handler);
    const url = config.publicUrl ?? `http://localhost:${await listen(server, config.port)}`;
    if (config.publicUrl !== undefined) logger.info({ port: config.port }, 'listening');
    announce(banner(url, config, secrets));
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= drain(server, logger).then(app.stop).finally(close);
      return stopped;
    };
    return { url, stop };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The log goes to standard output. When that is gone (its terminal was closed: EIO) the log is lost, and nothing else:
 * pino's own stream would try again for ever, and the server could not even stop.
 */
function createLogger({ logLevel }: Config): Logger {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  return pino({ level: logLevel }, process.stdout);
}

/** Production without a mail server sends nothing: links would stand in its log. */
function mailTransport({ mail, development }: Config, logger: Logger): MailTransport | undefined {
  if (mail !== undefined) return smtpTransport(mail.smtpUrl, mail.from);
  return development ? logTransport(logger) : undefined;
}

/** Of two servers that start on an empty database at the same moment, one seeds it and both remember what. */
function developmentSecrets(config: Config, database: Database): Promise<DevelopmentSecrets> {
  return database.transaction(async (tx) => {
    await tx.rows('select pg_advisory_xact_lock($1)', [SEED_LOCK]);
    const remembered = await recall(config.dataDir);
    const seeded = await seed(database);
    const secrets = { ...remembered, workspaces: seeded ?? (await existing(database, remembered)) };
    await remember(config.dataDir, secrets);
    return secrets;
  });
}

/** What was remembered may be of another database. */
async function existing(
  database: Database,
  { workspaces }: DevelopmentSecrets,
): Promise<DevelopmentSecrets['workspaces']> {
  const ids = workspaces.map(({ workspaceId }) => workspaceId);
  const rows = await database.rows<{ id: string }>('select id from workspace where id = any($1::uuid[])', [
    ids,
  ]);
  return workspaces.filter(({ workspaceId }) => rows.some(({ id }) => id === workspaceId));
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
 * From now on every answer ends its connection: clients that keep theirs busy would keep the server from stopping.
 * Only then is it closed, which cuts idle connections, and with them requests that are just on their way.
 */
async function drain(server: Server, logger: Logger): Promise<void> {
  logger.info('stopping');
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  await wait(NOTICE_MS);
  const idle = setInterval(() => server.closeIdleConnections(), NOTICE_MS);
  const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(impatient);
}

/** What a newcomer needs to know, on one screen. */
function banner(
  url: string,
  { playground, operatorToken }: Config,
  secrets: DevelopmentSecrets | undefined,
): string {
  const lines = ['', `Rollcall is ready at ${url}`, ''];
  if (playground) lines.push(`  Playground      ${url}/playground`);
  lines.push(`  GraphQL         ${url}/graphql`);
  if (secrets === undefined) return `${lines.join('\n')}\n`;
  lines.push(
    `  Operator token  ${operatorToken === undefined ? secrets.operatorToken : 'that of OPERATOR_TOKEN'}`,
    '',
  );
  for (const { name, version, workspaceId, apiKey } of secrets.workspaces) {
    lines.push(
      `  ${name} (${version})`,
      `    SCIM base URL ${url}/scim/v2/organizations/${workspaceId}`,
      `    API key       ${apiKey}`,
      '',
    );
  }
  const sample = secrets.workspaces.find(({ version }) => version === 'V2');
  if (sample !== undefined) lines.push('  Add a member as Okta would:', '', curl(url, sample), '');
  return lines.join('\n');
}

function curl(url: string, { workspaceId, apiKey }: DevelopmentSecrets['workspaces'][number]): string {
  const body = {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:base44:params:scim:schemas:extension:user:2.0',
    ],
    userName: 'ann@acme.test',
    name: { givenName: 'Ann', familyName: 'Lee' },
    active: true,
    'urn:base44:params:scim:schemas:extension:user:2.0': { role: 'editor', creditLimit: 500 },
  };
  return [
    `  curl -X POST ${url}/scim/v2/organizations/${workspaceId}/Users \\`,
    `    -H 'Authorization: ${apiKey}' -H 'Content-Type: application/scim+json' \\`,
    `    -d '${JSON.stringify(body)}'`,
  ].join('\n');
}
