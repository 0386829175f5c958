import type { ServiceContext } from '../services/context/service-context.js';
import type { Incoming } from './incoming.js';
import type { PageOptions } from './page-handler.js';

/** What the pages need to know of the server. */
export interface SignInOptions extends PageOptions {
  /** Whether the playground is served, and pages lead to it. */
  readonly playground: boolean;
  /** In development: the seeded workspaces, whose people sign in with a click. */
  readonly seededWorkspaceIds: readonly string[] | undefined;
  /** Whether mails are shown in the log and sent to nobody. */
  readonly mailsInLog: boolean;
  /** The context of somebody who has just got the session with the token. */
  contextOfToken(token: string, request: Incoming, requestId: string): Promise<ServiceContext>;
  /** The page of the session's provider at which signing out goes on (rule 44); null where it ends here. */
  providerSignOutUrl(services: ServiceContext, origin: string): Promise<string | null>;
  /** The path at which somebody with the address signs in through a provider; null without one for its domain (rule 48). */
  providerPathFor(services: ServiceContext, email: string, returnTo: string): Promise<string | null>;
}
