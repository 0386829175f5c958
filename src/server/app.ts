import { expressMiddleware } from '@as-integrations/express5';
import compression from 'compression';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.js';
import { networkOf, normalizedAddress } from '../auth/remote-address.js';
import { credentialIn } from '../auth/secret.js';
import type { Database } from '../database/database.js';
import type { Replicas } from '../database/replicas.js';
import { setShare } from '../database/request-scope.js';
import { WriteQueues } from '../database/write-queues.js';
import { UnavailableError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { networkPrefixOf, type ScimEvent, type ScimRead } from '../domain/provisioning-log.js';
import { type Clock, DEFAULT_LIFETIMES, type SessionLifetimes } from '../domain/session.js';
import { PUBLIC_TARGETS, type WebhookTargets } from '../domain/webhooks.js';
import { auditExport } from '../exports/audit.js';
import { membersExport } from '../exports/members.js';
import { exportsRouter } from '../exports/router.js';
import { playgroundRouter } from '../graphql/playground/router.js';
import { Compiler } from '../graphql/serving/compiler.js';
import type { Context } from '../graphql/serving/context.js';
import { requestIds } from '../graphql/serving/errors.js';
import { Loaders } from '../graphql/serving/loaders.js';
import { createSchema } from '../graphql/serving/schema.js';
import { createGraphqlServer } from '../graphql/serving/server.js';
import { Streams } from '../graphql/serving/stream.js';
import { Mailer } from '../mail/mailer.js';
import type { MailTransport } from '../mail/transport.js';
import type { Channel } from '../model/enums.js';
import type { Compression } from '../scim/http/answer.js';
import { scimFallback, scimRouter } from '../scim/http/router.js';
import { SCIM_ELSEWHERE } from '../scim/http/wrong-address.js';
import { ActivityHints } from '../services/context/activity-hints.js';
import { requireScim } from '../services/context/authorization.js';
import { Credentials } from '../services/context/credentials.js';
import { serviceContext } from '../services/context/service-context.js';
import { SignInLimits } from '../services/context/sign-in-limits.js';
import { NO_SSO, type SsoEnvironment } from '../services/context/sso-environment.js';
import { MemberPositions } from '../services/lists/positions.js';
import { Activity } from '../services/live/activity.js';
import { ProvisioningLog } from '../services/provisioning-log/recorder.js';
import { engagedBrakes } from '../services/removal-brake/brake.js';
import { RecentMembers } from '../services/rows/recent-members.js';
import { WebhookWorker } from '../services/webhooks/worker.js';
import { isSecure } from '../sign-in/cookies.js';
import { credentialOf } from '../sign-in/credential.js';
import { refuseForeignChanges, refuseOtherThanStreams } from '../sign-in/foreign-requests.js';
import type { Incoming } from '../sign-in/incoming.js';
import { signInRouter } from '../sign-in/router.js';
import { Providers } from '../sign-in/sso/providers.js';
import { ssoRouter } from '../sign-in/sso/router.js';
import { providerPathFor, signOutUrl } from '../sign-in/sso/ways.js';
import type { WebhookTransport } from '../webhooks/transport.js';
import { dashboardRouter } from './dashboard.js';
import { answerFault, notFound } from './faults.js';
import { readForwarded } from './forwarded.js';
import { readGraphqlBody } from './graphql-body.js';
import { alive, Readiness } from './health.js';
import { metricsHandler } from './metrics/handler.js';
import { Metrics } from './metrics/metrics.js';
import { limitRequests } from './request-limits.js';
import { requestLog } from './request-log.js';
import { createScimAdapter } from './scim-adapter.js';

const DEFAULT_LOG_DAYS = 30;
const DEFAULT_REQUEST_SECONDS = 30;
const DEFAULT_PROXIES = ['loopback', 'linklocal', 'uniquelocal'];

/** Shorter answers are sent uncompressed, which is faster. */
const COMPRESSED_FROM = 8 * 1024;

export interface AppOptions {
  readonly database: Database;
  /** Copies of the database, which the caller closes. Absent: all reads use the database itself. */
  readonly replicas?: Replicas | undefined;
  readonly logger: Logger;
  readonly operatorToken: string | undefined;
  readonly publicUrl: string | undefined;
  /** Whether introspection and the playground are served. */
  readonly playground: boolean;
  /** Sends mails. Absent: invitations are passed on by hand. */
  readonly mailTransport?: MailTransport | undefined;
  /** The page that accepts invitations, with `{token}` in its URL. */
  readonly invitationUrl?: string | undefined;
  /** The origin of this server's pages, for the links of invitations. Absent: `publicUrl`. */
  readonly pagesUrl?: string | undefined;
  /** Only in development: the workspaces whose people sign in with a click. */
  readonly seededWorkspaceIds?: readonly string[] | undefined;
  /** Whether mails are shown in the log instead of being sent. */
  readonly mailsInLog?: boolean | undefined;
  /** Absent: 12 hours without use, 7 days at most. */
  readonly sessionLifetimes?: SessionLifetimes | undefined;
  /** How many days the provisioning log keeps entries; 0: there is no log. Absent: 30. */
  readonly provisioningLogDays?: number | undefined;
  /** The proxies whose `X-Forwarded-*` headers are used. Absent: those on private networks. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** How many wrong credentials a network address may send in a minute. Absent: 100. */
  readonly wrongCredentials?: number | undefined;
  /** How long a request may take until its answer begins. Absent: 30. */
  readonly requestSeconds?: number | undefined;
  /** How long a client of a stream may not read, in milliseconds. Absent: a minute. */
  readonly stalledMs?: number | undefined;
  /** The clock for sessions and sign-ins. */
  readonly clock?: Clock | undefined;
  /** Absent: single sign-on cannot be configured. */
  readonly sso?: SsoEnvironment | undefined;
  /** Absent: webhooks have public HTTPS URLs. */
  readonly webhookTargets?: WebhookTargets | undefined;
  /** Sends events to webhooks. Absent: this process sends none. */
  readonly webhookTransport?: WebhookTransport | undefined;
  /** Serves `/metrics` to clients that send the token; to all clients without a token. Absent: nothing is measured. */
  readonly metrics?: { readonly token: string | undefined } | undefined;
}

export interface App {
  readonly handler: Express;
  /** From now on `/readyz` answers 503, so that load balancers send nothing more. */
  announceStop(): void;
  /** Ends subscriptions, so that connections can be closed. */
  endStreams(): void;
  /** Finishes running GraphQL operations, and sends waiting mails. The caller closes the database. */
  stop(): Promise<void>;
}

/** Composes the application; the only place that knows all its parts. Tests use it as `main.ts` does. */
export async function createApp(options: AppOptions): Promise<App> {
  const { database, logger, operatorToken, publicUrl, playground } = options;
  // The log tells of a database that fails once, not for each of these.
  const failing = (message: string) => (error: unknown) => {
    if (!(error instanceof UnavailableError)) logger.error({ err: error }, message);
  };
  const mailer = new Mailer({
    transport: options.mailTransport,
    invitationUrl: options.invitationUrl,
    pagesUrl: options.pagesUrl ?? publicUrl,
    onFailure: (reason) => logger.warn({ reason }, 'a mail was not sent'),
    onFault: failing('the result of a mail could not be written'),
  });
  const schema = createSchema();
  const compiler = new Compiler(schema);
  const { sessionLifetimes = DEFAULT_LIFETIMES, clock = () => new Date() } = options;
  const activity = new Activity(database, failing('new entries could not be read for subscriptions'));
  const hints = new ActivityHints(database, failing('processes could not be notified of new entries'));
  const credentials = new Credentials(database, operatorToken, {
    onForget: () => activity.checkAll(),
    onFault: failing('the last use of a credential could not be written'),
    sessionLifetimes,
    clock,
  });
  const listening = await database.listen({ ...credentials.heard, ...activity.heard });
  const { provisioningLogDays = DEFAULT_LOG_DAYS } = options;
  const provisioningLog =
    provisioningLogDays === 0
      ? undefined
      : new ProvisioningLog(database, {
          days: provisioningLogDays,
          hints,
          onFault: failing('the provisioning log could not be written'),
        });
  const metrics =
    options.metrics &&
    new Metrics({
      connections: () => database.connections(),
      provisioningLog,
      engagedBrakes: () => engagedBrakes(database),
    });
  const onFault = (error: unknown, requestId?: string) =>
    logger.error({ err: error, requestId }, 'unexpected fault');
  const shared = {
    database,
    replicas: options.replicas ?? null,
    credentials,
    positions: new MemberPositions(),
    recentMembers: new RecentMembers(),
    writeQueues: new WriteQueues(),
    mailer,
    hints,
    scim: createScimAdapter(schema, compiler, onFault),
    signInLimits: new SignInLimits(database, options.wrongCredentials),
    sessionLifetimes,
    clock,
    sso: options.sso ?? NO_SSO,
    webhookTargets: options.webhookTargets ?? PUBLIC_TARGETS,
  };
  const webhooks =
    options.webhookTransport &&
    new WebhookWorker(
      () => serviceContext(shared, { actor: { type: 'SYSTEM' }, channel: 'SYSTEM', requestId: newId() }),
      {
        send: options.webhookTransport,
        onFault: failing('webhooks could not be sent'),
      },
    );
  const graphql = createGraphqlServer({ schema, compiler, introspection: playground, onFault });
  await graphql.start();
  webhooks?.start();
  const streams = new Streams({ schema, introspection: playground, onFault, stalledMs: options.stalledMs });

  const contextOf = (actor: Actor | null, channel: Channel, requestId: string, origin: string): Context => {
    const services = serviceContext(shared, { actor, channel, requestId });
    return { services, loaders: new Loaders(services), origin };
  };

  const reachedAt = (request: Incoming) => publicUrl ?? originOf(request);
  const verified = async (credential: string | undefined, address: string) => {
    if (credential === undefined) return null;
    const actor = await credentials.verify(credential, address);
    if (actor === null)
      await shared.signInLimits.takeWrongCredential(credential, networkOf(normalizedAddress(address)));
    else setShare(shareOf(actor));
    return actor;
  };
  const actorOf = (request: Incoming) =>
    verified(credentialOf(request, reachedAt(request)).credential, request.ip ?? '');

  const signInContext = async (request: Incoming, requestId: string) =>
    serviceContext(shared, { actor: await actorOf(request), channel: 'SIGN_IN', requestId });
  const providers = new Providers(shared.sso);

  const compress = compression({ threshold: COMPRESSED_FROM });
  const scimCompression: Compression = {
    from: COMPRESSED_FROM,
    // The middleware needs only Node's own request and response, although its type requires Express's.
    compress: (request, response) => Reflect.apply(compress, undefined, [request, response, () => undefined]),
  };
  const handler = express();
  handler.disable('x-powered-by');
  handler.disable('etag');
  handler.set('trust proxy', options.trustedProxies ?? DEFAULT_PROXIES);
  handler.use(requestLog(logger, metrics), readForwarded);
  if (publicUrl !== undefined && isSecure(publicUrl)) handler.use(requireHttps);
  const readiness = new Readiness(database);
  handler.get('/healthz', alive);
  handler.get('/readyz', readiness.handler);
  if (metrics !== undefined) handler.get('/metrics', metricsHandler(metrics, options.metrics?.token));
  handler.use(limitRequests(options.requestSeconds ?? DEFAULT_REQUEST_SECONDS));
  handler.use(
    '/scim/v2/organizations/:workspaceId',
    scimRouter({
      graphql: { schema, compile: (document) => compiler.compile(document) },
      publicUrl,
      compression: scimCompression,
      onFault,
      contextFor: async ({ authorization, requestId, address, ...request }) => {
        const credential = credentialIn(authorization);
        const actor = await verified(credential, address);
        const workspaceId = request.workspaceId.toLowerCase();
        const attempt = () => ({
          ...request,
          workspaceId,
          credential,
          requestId,
          network: networkPrefixOf(address),
          at: clock(),
        });
        // The answer is the same for a key of another workspace and for an unknown workspace.
        if (actor?.type !== 'API_KEY' || actor.workspace.id !== workspaceId) {
          provisioningLog?.recordKeyFault(attempt());
          return undefined;
        }
        const { apiKeyId, name: apiKeyLabel } = actor;
        try {
          requireScim(actor);
        } catch (error) {
          const code = actor.workspace.scimEnabled ? 'KEY_WITHOUT_SCOPE' : 'SCIM_DISABLED';
          provisioningLog?.recordKeyFault({ ...attempt(), known: { code, apiKeyId, apiKeyLabel } });
          throw error;
        }
        const contextValue = contextOf(actor, 'SCIM', requestId, publicUrl ?? '');
        const key = { workspaceId, apiKeyId, apiKeyLabel };
        return {
          contextValue,
          workspaceVersion: actor.workspace.version,
          ...(provisioningLog && {
            record: (event: ScimEvent) => provisioningLog.record(event, key),
            recordRead: (read: ScimRead) => provisioningLog.recordRead(read, key),
          }),
        };
      },
    }),
  );
  handler.use(
    ['/scim', SCIM_ELSEWHERE],
    ...scimFallback({ onFault, compression: scimCompression, publicUrl }),
  );
  const refuseForeign = refuseForeignChanges(reachedAt);
  // Apollo's own hook is not used, because its answer to a fault cannot contain the id of the request.
  const caller =
    (route: string): RequestHandler =>
    async (request, { locals }, next) => {
      locals.route = route;
      locals.caller = await actorOf(request);
      locals.actor = locals.caller?.type ?? 'NOBODY';
      next();
    };
  handler.use(
    '/graphql/stream',
    refuseForeign,
    caller('/graphql/stream'),
    readGraphqlBody,
    refuseOtherThanStreams(reachedAt),
    async (request: Request, response: Response) => {
      const { requestId } = response.locals;
      const { credential } = credentialOf(request, reachedAt(request));
      let actor: Actor | null = response.locals.caller;
      const current = () => contextOf(actor, 'GRAPHQL', requestId, reachedAt(request));
      const renew = async () => {
        actor = credential === undefined ? null : await credentials.verifyAgain(credential);
        return current().services;
      };
      const stream = { activity, lastEventId: request.get('last-event-id'), renew, current };
      await streams.answer(request, response, { ...current(), stream });
    },
  );
  // Before the routers of pages, each of whose paths would be compared with that of every operation.
  handler.use(
    '/graphql',
    refuseForeign,
    caller('/graphql'),
    readGraphqlBody,
    compress,
    (_request: Request, { locals }: Response, next: NextFunction) => requestIds.run(locals.requestId, next),
    expressMiddleware(graphql, {
      context: async ({ req, res: { locals } }) =>
        contextOf(locals.caller, 'GRAPHQL', locals.requestId, reachedAt(req)),
    }),
  );
  handler.use(dashboardRouter());
  handler.use(
    '/api/workspaces/:workspaceId/auth/sso',
    ssoRouter({ providers, originOf: reachedAt, contextFor: signInContext, onFault }),
  );
  handler.use(
    signInRouter({
      originOf: reachedAt,
      contextFor: signInContext,
      contextOfToken: async (token, request, requestId) =>
        serviceContext(shared, {
          actor: await verified(token, request.ip ?? ''),
          channel: 'SIGN_IN',
          requestId,
        }),
      onFault,
      playground,
      seededWorkspaceIds: options.seededWorkspaceIds,
      mailsInLog: options.mailsInLog ?? false,
      providerPathFor,
      providerSignOutUrl: (services, origin) => signOutUrl(providers, services, origin),
    }),
    refuseForeign,
  );
  handler.use(
    '/exports',
    compress,
    exportsRouter({
      exports: { 'members.csv': membersExport(schema), 'audit.jsonl': auditExport(schema) },
      onFault,
      contextFor: async (request, requestId) =>
        serviceContext(shared, { actor: await actorOf(request), channel: 'GRAPHQL', requestId }),
    }),
  );
  if (playground) handler.use('/playground', compress, playgroundRouter());
  handler.use(notFound, answerFault(onFault));
  const stop = async () => {
    streams.close();
    await graphql.stop();
    await webhooks?.stop();
    await mailer.stop();
    await provisioningLog?.stop();
    await hints.stop();
    await activity.stop();
    await credentials.settled();
    await listening.stop();
  };
  return {
    handler,
    announceStop: () => readiness.drain(),
    endStreams: () => streams.close(),
    stop,
  };
}

/** Whose share of the database's connections a caller uses. */
function shareOf(actor: Actor): string {
  if (actor.type === 'API_KEY') return actor.workspace.id;
  return actor.type === 'PERSON' ? actor.accountId : actor.type;
}

/** The origin that the client used, when none is configured. */
function originOf(request: Incoming): string {
  // HTTP/1.0 has requests without a host.
  return `${request.protocol}://${request.host ?? 'localhost'}`;
}

/** Browsers use HTTPS alone for this host in the next year (RFC 6797 §6.1). */
const requireHttps: RequestHandler = (_request, response, next) => {
  response.set('Strict-Transport-Security', 'max-age=31536000');
  next();
};
