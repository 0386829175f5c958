import { constants } from 'node:zlib';
import { expressMiddleware } from '@as-integrations/express5';
import compression from 'compression';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Actor } from '../auth/actor.js';
import { WriteQueues } from '../database/write-queues.js';
import { UnavailableError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { DEFAULT_LIFETIMES } from '../domain/session.js';
import { PUBLIC_TARGETS } from '../domain/webhooks.js';
import { auditExport } from '../exports/audit.js';
import { membersExport } from '../exports/members.js';
import { exportsRouter } from '../exports/router.js';
import { playgroundRouter } from '../graphql/playground/router.js';
import { Compiler } from '../graphql/serving/compiler.js';
import { requestIds } from '../graphql/serving/errors.js';
import { createSchema } from '../graphql/serving/schema.js';
import { createGraphqlServer } from '../graphql/serving/server.js';
import { Streams } from '../graphql/serving/stream.js';
import { Mailer } from '../mail/mailer.js';
import type { Compression } from '../scim/http/answer.js';
import { scimFallback, scimRouter } from '../scim/http/router.js';
import { SCIM_ELSEWHERE } from '../scim/http/wrong-address.js';
import { ActivityHints } from '../services/context/activity-hints.js';
import { Credentials } from '../services/context/credentials.js';
import { RateLimits } from '../services/context/rate-limits.js';
import { serviceContext } from '../services/context/service-context.js';
import { NO_SSO } from '../services/context/sso-environment.js';
import { MemberPositions } from '../services/lists/positions.js';
import { Activity } from '../services/live/activity.js';
import { ProvisioningLog } from '../services/provisioning-log/recorder.js';
import { engagedBrakes } from '../services/removal-brake/brake.js';
import { GroupMemberLists } from '../services/rows/group-member-lists.js';
import { RecentMembers } from '../services/rows/recent-members.js';
import { oldestDelivery } from '../services/webhooks/queue.js';
import { WebhookWorker } from '../services/webhooks/worker.js';
import { isSecure } from '../sign-in/cookies.js';
import { credentialOf } from '../sign-in/credential.js';
import { refuseForeignChanges, refuseOtherThanStreams } from '../sign-in/foreign-requests.js';
import type { Incoming } from '../sign-in/incoming.js';
import { signInRouter } from '../sign-in/router.js';
import { Providers } from '../sign-in/sso/providers.js';
import { ssoRouter } from '../sign-in/sso/router.js';
import { providerPathFor, signOutUrl } from '../sign-in/sso/ways.js';
import type { AppOptions } from './app-options.js';
import { Callers, networkAt } from './callers.js';
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
import { scimContext } from './scim-context.js';

const DEFAULT_LOG_DAYS = 30;
const DEFAULT_REQUEST_SECONDS = 30;
const DEFAULT_PROXIES = ['loopback', 'linklocal', 'uniquelocal'];

/** Shorter answers are sent uncompressed, which is faster. */
const COMPRESSED_FROM = 8 * 1024;

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
      oldestDelivery: () => oldestDelivery(database),
    });
  const onFault = (error: unknown, requestId?: string) =>
    logger.error({ err: error, requestId }, 'unexpected fault');
  const shared = {
    database,
    replicas: options.replicas ?? null,
    credentials,
    positions: new MemberPositions(),
    recentMembers: new RecentMembers(),
    groupMemberLists: new GroupMemberLists(),
    writeQueues: new WriteQueues(),
    mailer,
    hints,
    scim: createScimAdapter(schema, compiler, onFault),
    rateLimits: new RateLimits(database, options),
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
        onAttempt: (status) => metrics?.countAttempt(status),
      },
    );
  const graphql = createGraphqlServer({ schema, compiler, introspection: playground, onFault });
  await graphql.start();
  webhooks?.start();
  const streams = new Streams({ schema, introspection: playground, onFault, stalledMs: options.stalledMs });

  const callers = new Callers(shared, publicUrl);
  const reachedAt = (request: Incoming) => callers.reachedAt(request);
  const signInContext = async (request: Incoming, requestId: string) =>
    serviceContext(shared, {
      actor: await callers.actorOf(request),
      channel: 'SIGN_IN',
      requestId,
      network: networkAt(request.ip),
    });
  const providers = new Providers(shared.sso);

  // The default level makes an answer 2 to 6 % smaller, and takes up to four times as long.
  const compress = compression({ threshold: COMPRESSED_FROM, level: constants.Z_BEST_SPEED });
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
      contextFor: scimContext({ callers, provisioningLog, clock, origin: publicUrl ?? '' }),
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
      locals.caller = await callers.actorOf(request);
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
      const current = () => callers.contextOf({ actor, channel: 'GRAPHQL', requestId }, reachedAt(request));
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
        callers.contextOf(
          {
            actor: locals.caller,
            channel: 'GRAPHQL',
            requestId: locals.requestId,
            network: networkAt(req.ip),
          },
          reachedAt(req),
        ),
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
      onFault,
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
        serviceContext(shared, { actor: await callers.actorOf(request), channel: 'GRAPHQL', requestId }),
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

/** Browsers use HTTPS alone for this host in the next year (RFC 6797 §6.1). */
const requireHttps: RequestHandler = (_request, response, next) => {
  response.set('Strict-Transport-Security', 'max-age=31536000');
  next();
};
