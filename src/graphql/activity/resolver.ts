import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { AuditEntry } from '../../model/audit-entry.js';
import { ScimRequest } from '../../model/scim-request.js';
import { followAudit, followScim } from '../../services/live/follow.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';

const WORKSPACE = 'The id of the workspace.';
const AFTER =
  'The id of the last entry that the client has: the stream continues behind it. Without it, the stream begins now. The ' +
  'header `Last-Event-ID`, which browsers send by themselves, takes precedence.';
const PERMISSION = 'For owners, admins, operators and keys with the scope AUDIT_READ.';

interface FollowArguments {
  readonly workspaceId: string;
  readonly after?: string | null;
}

@Resolver()
export class ActivityResolver {
  @Subscription(() => AuditEntry, {
    description: `The changes in a workspace as they are committed: the entries of its audit log. ${PERMISSION}`,
    subscribe: ({ args, context }) => follow(followAudit, args, context),
  })
  workspaceActivity(
    @Root() entry: AuditEntry,
    @Arg('workspaceId', () => ID, { description: WORKSPACE }) _workspaceId: string,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after?: string | null,
  ): AuditEntry {
    return entry;
  }

  @Subscription(() => ScimRequest, {
    description:
      'The requests of the identity provider as they are recorded, half a second after their answers. A refusal comes with ' +
      `its code and fix. Of requests that were not let in, the first of each minute, key and network comes. ${PERMISSION}`,
    subscribe: ({ args, context }) => follow(followScim, args, context),
  })
  scimActivity(
    @Root() request: ScimRequest,
    @Arg('workspaceId', () => ID, { description: WORKSPACE }) _workspaceId: string,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after?: string | null,
  ): ScimRequest {
    return request;
  }
}

function follow(
  source: typeof followAudit | typeof followScim,
  { workspaceId, after }: FollowArguments,
  { services, stream }: Context,
): Promise<AsyncIterableIterator<AuditEntry | ScimRequest>> {
  if (stream === undefined) throw new Error('a subscription was executed that is no stream');
  wellFormedId(workspaceId, 'workspaceId');
  const { activity, lastEventId, renew } = stream;
  return source(services, activity, { workspaceId, after: lastEventId ?? after, renew });
}
