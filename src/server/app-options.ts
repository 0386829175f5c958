import type { Logger } from 'pino';
import type { Database } from '../database/database.js';
import type { Replicas } from '../database/replicas.js';
import type { RequestTargets } from '../domain/network-address.js';
import type { Clock, SessionLifetimes } from '../domain/session.js';
import type { MailTransport } from '../mail/transport.js';
import type { SsoEnvironment } from '../services/context/sso-environment.js';
import type { WebhookTransport } from '../webhooks/transport.js';

/** What the application is composed of. */
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
  /** How many invitations a workspace may send in an hour. Absent: 10,000. */
  readonly invitations?: number | undefined;
  /** How many DNS checks of domains a workspace may ask for in an hour. Absent: 60. */
  readonly domainChecks?: number | undefined;
  /** How long a request may take until its answer begins. Absent: 30. */
  readonly requestSeconds?: number | undefined;
  /** How long a client of a stream may not read, in milliseconds. Absent: a minute. */
  readonly stalledMs?: number | undefined;
  /** The clock for sessions and sign-ins. */
  readonly clock?: Clock | undefined;
  /** Absent: single sign-on cannot be configured. */
  readonly sso?: SsoEnvironment | undefined;
  /** Absent: webhooks have public HTTPS URLs. */
  readonly webhookTargets?: RequestTargets | undefined;
  /** Sends events to webhooks. Absent: this process sends none. */
  readonly webhookTransport?: WebhookTransport | undefined;
  /** Serves `/metrics` to clients that send the token; to all clients without a token. Absent: nothing is measured. */
  readonly metrics?: { readonly token: string | undefined } | undefined;
}
