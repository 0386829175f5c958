import {
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  GraphQLUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { memberAccessType } from '../../model/access.js';
import { nodeType } from '../../model/node.js';
import { AccessReviewEntryResolver, AccessReviewResolver } from '../access-review/resolver.js';
import { ActivityResolver } from '../activity/resolver.js';
import {
  ApiKeyCreatePayloadResolver,
  ApiKeyDeletePayloadResolver,
  ApiKeyMutations,
  ApiKeyResolver,
  WorkspaceApiKeysResolver,
} from '../api-keys/resolver.js';
import { AuditEntryResolver, AuditResolver } from '../audit/resolver.js';
import {
  CreditConsumptionResolver,
  CreditMutations,
  CreditPoolResolver,
  CreditsConsumePayloadResolver,
  MemberCreditsResolver,
  usageOf,
  WorkspaceCreditsResolver,
} from '../credits/resolver.js';
import {
  GROUP_PAYLOAD_RESOLVERS,
  GroupCreatePayloadResolver,
  GroupDeletePayloadResolver,
  GroupMutations,
  GroupResolver,
  WorkspaceGroupsResolver,
} from '../groups/resolver.js';
import {
  INVITATION_PAYLOAD_RESOLVERS,
  InvitationLookAlikeResolver,
  InvitationMutations,
  InvitationResolver,
  InvitationRowResolver,
  WorkspaceInvitationsResolver,
} from '../invitations/resolver.js';
import {
  LOOK_ALIKE_RESOLVERS,
  MemberAddPayloadResolver,
  MemberDeletePayloadResolver,
  MemberMutations,
} from '../members/commands.js';
import { MemberFieldsResolver, MembershipResolver, WorkspaceMembersResolver } from '../members/queries.js';
import { NodeResolver } from '../node/resolver.js';
import { ScimBrakeResolver } from '../provisioning-log/brake-resolver.js';
import { ScimDryRunResolver } from '../provisioning-log/dry-run-resolver.js';
import {
  AuditEntryScimRequestResolver,
  MemberScimRequestsResolver,
  ScimEndpointResolver,
  ScimProblemResolver,
  ScimProblemSubjectResolver,
  ScimRequestResolver,
} from '../provisioning-log/resolver.js';
import { AbilityResolver } from '../refusals/resolver.js';
import { SeatAllocationResolver, WorkspaceSeatsResolver } from '../seats/resolver.js';
import { MemberSessionsResolver, SessionResolver } from '../sessions/resolver.js';
import {
  SignInLogEntryResolver,
  SsoConnectionResolver,
  SsoDomainResolver,
  WorkspaceSsoResolver,
} from '../sso/resolver.js';
import { ViewerResolver } from '../viewer/resolver.js';
import {
  WebhookCreatePayloadResolver,
  WebhookDeletePayloadResolver,
  WebhookDeliveryResolver,
  WebhookMutations,
  WebhookResolver,
  WorkspaceWebhooksResolver,
} from '../webhooks/resolver.js';
import {
  WorkspaceCreatePayloadResolver,
  WorkspaceMutations,
  WorkspaceResolver,
} from '../workspaces/resolver.js';

const SCHEMA =
  'The members of workspaces, their access, and the changes of both. Send a session token, an API key or ' +
  'the operator token in the header `Authorization`. Start with `viewer` and `workspaces`. A field that is refused is ' +
  'null, and `errors` says why in `extensions { code, path, hint, requestId }`: `code` is an `ErrorCode`, `path` is the ' +
  'place of the value at fault relative to `input`, and `hint` says what to do. Messages and hints are written for ' +
  'people. V1 and V2 are the two versions of workspaces (`Workspace.accessModel`).';
const QUERY = 'The queries, which change nothing. Start with `viewer` and `workspaces`.';
const MUTATION =
  'The mutations, named noun first. Each takes one `input`, answers with a payload of its own, and is null when it was ' +
  'refused. The results of other mutations in the same request are not affected by a refusal.';

const SUBSCRIPTION =
  'The subscriptions, at `/graphql/stream`, as server-sent events. A stream that ends with the code ' +
  'SUBSCRIPTION_INTERRUPTED is continued by another one with `after`.';

/** type-graphql demands it, and nothing uses it: every subscription has a source of its own. */
const NO_PUB_SUB = {
  publish(): void {},
  subscribe(): never {
    throw new Error('nothing is published');
  },
};

/** Creates the schema. Apollo and the SCIM adapter share one object. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AbilityResolver,
      AccessReviewEntryResolver,
      AccessReviewResolver,
      ActivityResolver,
      ApiKeyCreatePayloadResolver,
      ApiKeyDeletePayloadResolver,
      ApiKeyMutations,
      ApiKeyResolver,
      AuditEntryScimRequestResolver,
      AuditEntryResolver,
      AuditResolver,
      CreditConsumptionResolver,
      CreditMutations,
      CreditPoolResolver,
      CreditsConsumePayloadResolver,
      ...GROUP_PAYLOAD_RESOLVERS,
      GroupCreatePayloadResolver,
      GroupDeletePayloadResolver,
      GroupMutations,
      GroupResolver,
      ...INVITATION_PAYLOAD_RESOLVERS,
      InvitationLookAlikeResolver,
      InvitationMutations,
      InvitationResolver,
      InvitationRowResolver,
      ...LOOK_ALIKE_RESOLVERS,
      MemberAddPayloadResolver,
      MemberCreditsResolver,
      MemberDeletePayloadResolver,
      MemberFieldsResolver,
      MemberMutations,
      MemberScimRequestsResolver,
      MemberSessionsResolver,
      MembershipResolver,
      NodeResolver,
      ScimBrakeResolver,
      ScimDryRunResolver,
      ScimEndpointResolver,
      ScimProblemResolver,
      ScimProblemSubjectResolver,
      ScimRequestResolver,
      SeatAllocationResolver,
      SessionResolver,
      SignInLogEntryResolver,
      SsoConnectionResolver,
      SsoDomainResolver,
      ViewerResolver,
      WebhookCreatePayloadResolver,
      WebhookDeletePayloadResolver,
      WebhookDeliveryResolver,
      WebhookMutations,
      WebhookResolver,
      WorkspaceApiKeysResolver,
      WorkspaceCreatePayloadResolver,
      WorkspaceCreditsResolver,
      WorkspaceGroupsResolver,
      WorkspaceInvitationsResolver,
      WorkspaceMembersResolver,
      WorkspaceMutations,
      WorkspaceResolver,
      WorkspaceSeatsResolver,
      WorkspaceSsoResolver,
      WorkspaceWebhooksResolver,
    ],
    // The services validate values, for all APIs alike.
    validate: false,
    pubSub: NO_PUB_SUB,
  });
  // type-graphql describes all types except these three.
  schema.description = SCHEMA;
  describe(schema.getQueryType(), QUERY);
  describe(schema.getMutationType(), MUTATION);
  describe(schema.getSubscriptionType(), SUBSCRIPTION);
  for (const type of Object.values(schema.getTypeMap())) {
    // type-graphql cannot declare @oneOf; graphql enforces it once the type has it.
    if (type instanceof GraphQLInputObjectType && type.extensions.isOneOf === true) type.isOneOf = true;
    // type-graphql awaits the type's name, which delays each member of a page and which graphql-jit does not support.
    if (type instanceof GraphQLUnionType && type.name === 'MemberAccess') type.resolveType = memberAccessType;
    if (type instanceof GraphQLInterfaceType && type.name === 'Node') type.resolveType = nodeType;
    // type-graphql awaits each argument, which took a fifth of the memory that a page of members allocates.
    if (type instanceof GraphQLObjectType && type.name === 'Member') {
      const { usage } = type.getFields();
      if (usage !== undefined) usage.resolve = usageOf;
    }
  }
  return schema;
}

function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type != null) type.description = description;
}

/** Returns the schema as text, in the order of `schema.graphql`. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
