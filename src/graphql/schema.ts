import {
  GraphQLInputObjectType,
  type GraphQLSchema,
  GraphQLUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { memberAccessType } from '../model/access.js';
import { ApiKeyResolver } from './resolvers/api-key.js';
import {
  CreditConsumptionResolver,
  CreditPoolResolver,
  CreditsConsumePayloadResolver,
  MemberCreditsResolver,
  WorkspaceCreditsResolver,
} from './resolvers/credits.js';
import { GroupResolver } from './resolvers/group.js';
import { MemberResolver } from './resolvers/member.js';
import { MembershipResolver } from './resolvers/membership.js';
import { SeatAllocationResolver } from './resolvers/seat-allocation.js';
import { ViewerResolver } from './resolvers/viewer.js';
import { WorkspaceResolver } from './resolvers/workspace.js';

/** The schema that everything is modelled in; one object for Apollo and for the SCIM adapter. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      ViewerResolver,
      WorkspaceResolver,
      MemberResolver,
      MembershipResolver,
      SeatAllocationResolver,
      GroupResolver,
      CreditPoolResolver,
      WorkspaceCreditsResolver,
      MemberCreditsResolver,
      CreditConsumptionResolver,
      CreditsConsumePayloadResolver,
      ApiKeyResolver,
    ],
    // Values are judged in the services, for every door alike.
    validate: false,
  });
  for (const type of Object.values(schema.getTypeMap())) {
    // type-graphql cannot say @oneOf; graphql enforces it once the type says so.
    if (type instanceof GraphQLInputObjectType && type.extensions.isOneOf === true) type.isOneOf = true;
    // type-graphql awaits the answer, which makes each member of a page wait for a promise of its own.
    if (type instanceof GraphQLUnionType && type.name === 'MemberAccess') type.resolveType = memberAccessType;
  }
  return schema;
}

/** The schema as text, in the order in which `schema.graphql` keeps it. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
