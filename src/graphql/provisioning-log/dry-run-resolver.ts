import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { ScimClient } from '../../domain/provisioning-log.js';
import { GraphQLJSONObject } from '../../model/scalars.js';
import { ScimClientEnum } from '../../model/scim-enums.js';
import { type Explanation, explain } from '../../services/provisioning-log/explain.js';
import { type SelfTest, selfTest } from '../../services/provisioning-log/self-test.js';
import { type ScimSetup as ScimSetupOf, setup } from '../../services/provisioning-log/setup.js';
import type { Context } from '../serving/context.js';
import { ScimEndpoint } from '../workspaces/types.js';
import { ScimExplanation, ScimSelfTest, ScimSetup } from './dry-run-types.js';

@Resolver(() => ScimEndpoint)
export class ScimDryRunResolver {
  @Query(() => ScimExplanation, {
    nullable: true,
    description:
      'The answer that the identity provider would get to a request, and the changes that it would make. Nothing is written: ' +
      'there is no audit entry, mail or seat afterwards. For owners, admins and operators. Null when refused.',
  })
  scimExplain(
    @Arg('workspaceId', () => ID, { description: 'The id of the workspace.' }) workspaceId: string,
    @Arg('method', () => String, { description: 'The method, such as `POST`.' }) method: string,
    @Arg('path', () => String, { description: 'The path below the SCIM base URL, such as `/Users`.' })
    path: string,
    @Ctx() { services, origin }: Context,
    @Arg('body', () => GraphQLJSONObject, { nullable: true, description: 'The body, if there is one.' })
    body?: object | null,
  ): Promise<Explanation> {
    return explain(services, { workspaceId, method, path, body, baseUrl: baseUrlOf(origin, workspaceId) });
  }

  @Query(() => ScimSelfTest, {
    nullable: true,
    description:
      'Executes the request sequence of an identity provider in a dry run, and returns which steps pass. For owners, ' +
      'admins and operators. Null when refused.',
  })
  scimSelfTest(
    @Arg('workspaceId', () => ID, { description: 'The id of the workspace.' }) workspaceId: string,
    @Ctx() { services, origin }: Context,
  ): Promise<SelfTest> {
    return selfTest(services, { workspaceId, baseUrl: baseUrlOf(origin, workspaceId) });
  }

  @FieldResolver(() => ScimSetup, {
    nullable: true,
    description:
      'Everything to enter at an identity provider. Null when the caller may not connect one to the workspace.',
  })
  setup(
    @Root() { workspaceId, baseUrl }: ScimEndpoint,
    @Arg('provider', () => ScimClientEnum, { description: 'The identity provider to connect.' })
    provider: ScimClient,
    @Ctx() { services }: Context,
  ): Promise<ScimSetupOf> {
    return setup(services, { workspaceId, provider, baseUrl });
  }
}

function baseUrlOf(origin: string, workspaceId: string): string {
  return `${origin}/scim/v2/organizations/${workspaceId}`;
}
