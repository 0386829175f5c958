import type { ServiceContext } from '../services/context/service-context.js';
import type { PageOptions } from './page-handler.js';

/** The settings and services of the server that the pages use. */
export interface SignInOptions extends PageOptions {
  /** In development: the seeded workspaces, whose members sign in with a click. */
  readonly seededWorkspaceIds: readonly string[] | undefined;
  /** Whether the server logs mails instead of sending them. */
  readonly mailsInLog: boolean;
  /** Returns the provider's page at which signing out continues (rule 44); null when it ends here. */
  providerSignOutUrl(services: ServiceContext, origin: string): Promise<string | null>;
  /**
   * Returns the path for signing in through the provider of the address's domain; null when there is none (rule 48).
   */
  providerPathFor(services: ServiceContext, email: string, returnTo: string): Promise<string | null>;
}
