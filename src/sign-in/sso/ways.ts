import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import { workspaceOfAddress } from '../../services/sso/domains.js';
import { providerSessionOf } from '../../services/sso/provider-logout.js';
import { settingsForSignIn } from '../../services/sso/settings.js';
import type { Providers } from './providers.js';

/** The path at which people sign in to a workspace through its provider. */
export function startPath(workspaceId: string): string {
  return `/api/workspaces/${workspaceId}/auth/sso/start`;
}

/** The path to which the form that replaces another person's session is sent. */
export function continuePath(workspaceId: string): string {
  return `/api/workspaces/${workspaceId}/auth/sso/continue`;
}

/**
 * Returns the path at which a person with this address signs in through a provider (rule 48).
 * @returns null when no workspace has verified the address's domain
 */
export async function providerPathFor(
  services: ServiceContext,
  email: string,
  returnTo: string,
): Promise<string | null> {
  const workspaceId = await workspaceOfAddress(services, email);
  if (workspaceId === undefined) return null;
  return `${startPath(workspaceId)}?${new URLSearchParams({ returnTo, login_hint: email })}`;
}

/**
 * Returns the page at which the provider of the caller's session signs the person out too (rule 44).
 * @returns null for a session that no provider opened, and for a provider that has no such page or cannot be reached
 */
export async function signOutUrl(
  providers: Providers,
  services: ServiceContext,
  origin: string,
): Promise<string | null> {
  const { actor } = services.caller;
  if (actor?.type !== 'PERSON' || actor.method !== 'PROVIDER') return null;
  const session = await providerSessionOf(services, actor.sessionId);
  if (session === undefined) return null;
  try {
    const settings = await settingsForSignIn(services, session.workspaceId);
    const { idToken } = session;
    const url = await providers.endSessionUrl(settings, { idToken, returnTo: `${origin}/signed-out` });
    return url?.href ?? null;
  } catch (error) {
    // The connection was deleted or the plan changed, so there is no provider to sign out from.
    if (error instanceof SignInRefusal) return null;
    throw error;
  }
}
