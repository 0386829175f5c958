import { DomainError } from '../../domain/errors.js';
import { type Provisioning, readProvisioning } from '../../domain/provisioning.js';
import type { ServiceContext } from '../context/service-context.js';
import * as commands from './transaction.js';
import type { MemberChange } from './write.js';

/** What is provisioned where. `memberId` is for REPLACE and PATCH. */
export interface ProvisioningRequest extends Provisioning {
  readonly workspaceId: string;
  readonly memberId?: string | null;
  readonly expectedVersion?: number | null;
}

/**
 * The one command behind SCIM: creates, replaces or patches a member from values that nobody has judged yet
 * (spec graphql, "The one command behind SCIM").
 * @throws DomainError as `member-commands.add` and `change` do, and as `readProvisioning` does
 */
export async function provision(
  context: ServiceContext,
  request: ProvisioningRequest,
): Promise<MemberChange> {
  const { workspaceId, memberId, expectedVersion } = request;
  if (request.mode === 'CREATE') {
    if (memberId != null)
      throw new DomainError('INVALID_INPUT', 'A new member has no memberId.', { attribute: 'memberId' });
    return commands.add(context, workspaceId, ({ version }) => readProvisioning(version, request));
  }
  if (memberId == null)
    throw new DomainError('INVALID_INPUT', 'memberId is required.', { attribute: 'memberId' });
  const target = { workspaceId, memberId, ...(expectedVersion == null ? {} : { expectedVersion }) };
  return commands.change(context, target, ({ version }) => readProvisioning(version, request));
}
