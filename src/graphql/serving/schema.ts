import {
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { memberAccessType } from '../../model/access.js';
import { nodeType } from '../../model/node.js';
import { AccessReviewEntryResolver, AccessReviewResolver } from '../access-review/resolver.js';
import { ApiKeyResolver, WorkspaceApiKeysResolver } from '../api-keys/resolver.js';
import { AuditResolver } from '../audit/resolver.js';
import {
  CreditConsumptionResolver,
  CreditPoolResolver,
  CreditsConsumePayloadResolver,
  MemberCreditsResolver,
  WorkspaceCreditsResolver,
} from '../credits/resolver.js';
import { GroupResolver, WorkspaceGroupsResolver } from '../groups/resolver.js';
import { InvitationResolver, WorkspaceInvitationsResolver } from '../invitations/resolver.js';
import { MemberResolver } from '../members/commands.js';
import { MemberFieldsResolver, MembershipResolver, WorkspaceMembersResolver } from '../members/queries.js';
import { NodeResolver } from '../node/resolver.js';
import { ScimDryRunResolver } from '../provisioning-log/dry-run-resolver.js';
import {
  AuditEntryScimRequestResolver,
  MemberScimRequestsResolver,
  ScimEndpointResolver,
  ScimProblemResolver,
  ScimProblemSubjectResolver,
  ScimRequestResolver,
} from '../provisioning-log/resolver.js';
import { SeatAllocationResolver, WorkspaceSeatsResolver } from '../seats/resolver.js';
import { SessionResolver } from '../sessions/resolver.js';
import { ViewerResolver } from '../viewer/resolver.js';
import { WorkspaceResolver } from '../workspaces/resolver.js';

const QUERY =
  'What can be read, with a session, an API key or the operator token in the header `Authorization`. Start with ' +
  '`viewer` and `workspaces`.';
const MUTATION =
  'What can be changed: named noun first, with one `input` and a payload of its own. What is refused is an error with ' +
  '`extensions { code, attribute, hint, requestId }`: `code` is an `ErrorCode`, `attribute` what of the input is at ' +
  'fault, `hint` what to do. The message and the hint are written for people.';

/** The schema that everything is modelled in; one object for Apollo and for the SCIM adapter. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AccessReviewEntryResolver,
      AccessReviewResolver,
      ApiKeyResolver,
      AuditEntryScimRequestResolver,
      AuditResolver,
      CreditConsumptionResolver,
      CreditPoolResolver,
      CreditsConsumePayloadResolver,
      GroupResolver,
      InvitationResolver,
      MemberCreditsResolver,
      MemberFieldsResolver,
      MemberResolver,
      MemberScimRequestsResolver,
      MembershipResolver,
      NodeResolver,
      ScimDryRunResolver,
      ScimEndpointResolver,
      ScimProblemResolver,
      ScimProblemSubjectResolver,
      ScimRequestResolver,
      SeatAllocationResolver,
      SessionResolver,
      ViewerResolver,
      WorkspaceApiKeysResolver,
      WorkspaceCreditsResolver,
      WorkspaceGroupsResolver,
      WorkspaceInvitationsResolver,
      WorkspaceMembersResolver,
      WorkspaceResolver,
      WorkspaceSeatsResolver,
    ],
    // Values are judged in the services, for every door alike.
    validate: false,
  });
  // type-graphql describes every type but these two.
  describe(schema.getQueryType(), QUERY);
  describe(schema.getMutationType(), MUTATION);
  for (const type of Object.values(schema.getTypeMap())) {
    // type-graphql cannot say @oneOf; graphql enforces it once the type says so.
    if (type instanceof GraphQLInputObjectType && type.extensions.isOneOf === true) type.isOneOf = true;
    // type-graphql awaits the answer, which makes each member of a page wait, and which no compiler knows how to do.
    if (type instanceof GraphQLUnionType && type.name === 'MemberAccess') type.resolveType = memberAccessType;
    if (type instanceof GraphQLInterfaceType && type.name === 'Node') type.resolveType = nodeType;
  }
  return schema;
}

function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type != null) type.description = description;
}

/** The schema as text, in the order in which `schema.graphql` keeps it. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
