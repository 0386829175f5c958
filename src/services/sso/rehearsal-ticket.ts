import { UndecipherableError } from '../../auth/encryption.js';
import { authorize } from '../context/authorization.js';
import { encryptionOf } from '../context/encryption.js';
import type { ServiceContext } from '../context/service-context.js';
import { findConnection } from '../rows/sso.js';
import { requireConnection, ssoRefused } from './connection.js';

const TICKET_MS = 10 * 60_000;

/**
 * Allows a rehearsal of a sign-in with the workspace's connection, within ten minutes. A rehearsal shows the claims to the
 * person who signs in at the provider, and opens no session.
 * @returns a ticket that `isTicketValid` accepts
 * @throws DomainError as `authorize` does; FORBIDDEN without ENTERPRISE; NOT_FOUND without a connection
 */
export async function issueTicket(
  context: ServiceContext,
  { workspaceId }: { readonly workspaceId: string },
): Promise<{ ticket: string; expiresAt: Date }> {
  const { workspace } = await authorize(context, 'sso.manage', workspaceId);
  const refusal = ssoRefused(workspace);
  if (refusal !== false) throw refusal;
  requireConnection(await findConnection(context.database, workspace.id));
  const expiresAt = new Date(context.clock().getTime() + TICKET_MS);
  const ticket = encryptionOf(context).encrypt(expiresAt.toISOString(), purposeOf(workspace.id));
  return { ticket, expiresAt };
}

/** Whether a ticket lets its bearer rehearse a sign-in to the workspace now. */
export function isTicketValid({ sso, clock }: ServiceContext, workspaceId: string, ticket: string): boolean {
  try {
    const expiresAt = sso.encryption?.decrypt(ticket, purposeOf(workspaceId));
    return expiresAt !== undefined && Date.parse(expiresAt) > clock().getTime();
  } catch (error) {
    if (error instanceof UndecipherableError) return false;
    throw error;
  }
}

function purposeOf(workspaceId: string): string {
  return `rehearsal:${workspaceId.toLowerCase()}`;
}
