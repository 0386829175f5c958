import { Field, Int, ObjectType } from 'type-graphql';
import type { ScimCode } from '../../domain/provisioning-log.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import { enumOf } from '../../model/enums.js';
import { GraphQLJSONObject } from '../../model/scalars.js';
import { ScimCodeEnum } from '../../model/scim-enums.js';
import { ScimNotice } from '../../model/scim-request.js';
import type { ExplainedChange, Explanation } from '../../services/provisioning-log/explain.js';
import {
  SELF_TEST_OUTCOMES,
  SELF_TEST_STEPS,
  type SelfTest,
  type SelfTestOutcome,
  type SelfTestStep,
  type SelfTestStepName,
} from '../../services/provisioning-log/self-test.js';
import type { ScimSetup as ScimSetupOf } from '../../services/provisioning-log/setup.js';
import type { SetupAttribute, SetupMapping } from '../../services/provisioning-log/setup-types.js';
import { ScimFix } from './types.js';

@ObjectType({ description: 'A change that a SCIM request would make.', simpleResolvers: true })
export class ScimExplainedChange implements ExplainedChange {
  @Field(() => String, { description: 'The action, as in `AuditEntry.action`.' })
  action!: string;

  @Field(() => String, { description: 'The name of the object that would be changed.' })
  targetLabel!: string;

  @Field(() => GraphQLJSONObject, {
    description: 'The fields that would change, each with `before` and `after`.',
  })
  changes!: AuditChanges;
}

@ObjectType({
  description: 'The answer to a SCIM request, and the changes that it would make. Nothing was written.',
  simpleResolvers: true,
})
export class ScimExplanation implements Explanation {
  @Field(() => Int, { description: 'The HTTP status of the answer.' })
  status!: number;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'The body of the answer. Null when it has none.',
  })
  body!: object | null;

  @Field(() => ScimCodeEnum, {
    nullable: true,
    description: 'The reason of the refusal. Null when the request would be accepted.',
  })
  code!: ScimCode | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text that the provider would get. Null when the request would be accepted.',
  })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The attribute at fault. Null when no single attribute is.',
  })
  attribute!: string | null;

  @Field(() => [ScimNotice], { description: 'The parts of the request that would have no effect.' })
  notices!: ScimNotice[];

  @Field(() => ScimFix, {
    nullable: true,
    description: 'How to fix the refusal. Null when the request would be accepted.',
  })
  fix!: ScimFix | null;

  @Field(() => [ScimExplainedChange], { description: 'The changes that it would make, in order.' })
  changes!: ScimExplainedChange[];
}

export const ScimSelfTestStepNameEnum = enumOf(
  SELF_TEST_STEPS,
  'ScimSelfTestStepName',
  'The requests of an identity provider, in order.',
  {
    TEST_CREDENTIALS: 'Reads one member, as the connection test does.',
    SEARCH: 'Searches for the person by userName.',
    CREATE: 'Adds the person with a role or a seat type, which the workspace needs.',
    READ: 'Reads the new member.',
    UPDATE: 'Changes an attribute of the member.',
    DEACTIVATE: 'Removes the member, as an unassignment in the provider does.',
    REACTIVATE: 'Adds the member again.',
    GROUP_PUSH: 'Creates a group with the member in it.',
    GROUP_DELETE: 'Deletes the group again.',
    DELETE: 'Deletes the record of the member.',
  },
);

export const ScimSelfTestOutcomeEnum = enumOf(
  SELF_TEST_OUTCOMES,
  'ScimSelfTestOutcome',
  'The outcomes of a step of a self-test.',
  {
    PASSED: 'The request had the expected answer.',
    FAILED: 'The request was refused or had another answer.',
    SKIPPED: 'The step needs an earlier step, which failed.',
  },
);

@ObjectType({ description: 'A step of a self-test.', simpleResolvers: true })
export class ScimSelfTestStep implements SelfTestStep {
  @Field(() => ScimSelfTestStepNameEnum, { description: 'The name of the step.' })
  step!: SelfTestStepName;

  @Field(() => ScimSelfTestOutcomeEnum, { description: 'The outcome of the step.' })
  outcome!: SelfTestOutcome;

  @Field(() => String, { description: 'The method and the path of its request.' })
  request!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The HTTP status of the answer. Null when it was skipped.',
  })
  status!: number | null;

  @Field(() => String, { nullable: true, description: 'The reason of the refusal. Null unless it failed.' })
  detail!: string | null;

  @Field(() => ScimFix, { nullable: true, description: 'How to fix the failure. Null unless it failed.' })
  fix!: ScimFix | null;
}

@ObjectType({
  description: 'The result of the request sequence of an identity provider. Nothing was written.',
  simpleResolvers: true,
})
export class ScimSelfTest implements SelfTest {
  @Field(() => Boolean, { description: 'Whether every step passed.' })
  passed!: boolean;

  @Field(() => [ScimSelfTestStep], { description: 'The steps, in order.' })
  steps!: ScimSelfTestStep[];
}

@ObjectType({ description: "An attribute to add to the provider's application.", simpleResolvers: true })
export class ScimSetupAttribute implements SetupAttribute {
  @Field(() => String, { description: 'The display name of the attribute.' })
  displayName!: string;

  @Field(() => String, { description: 'The variable name of the attribute.' })
  variableName!: string;

  @Field(() => String, { description: 'The external name of the attribute.' })
  externalName!: string;

  @Field(() => String, { description: 'The external namespace, which is empty for the core schema.' })
  externalNamespace!: string;

  @Field(() => String, { description: 'The data type: `String` or `Integer`.' })
  dataType!: SetupAttribute['dataType'];

  @Field(() => [String], { description: 'The enumerated values. Empty when any value is valid.' })
  values!: string[];

  @Field(() => Boolean, { description: 'Whether everybody must have a value.' })
  required!: boolean;
}

@ObjectType({ description: "A mapping to set in the provider's application.", simpleResolvers: true })
export class ScimSetupMapping implements SetupMapping {
  @Field(() => String, { description: 'The attribute of the application.' })
  attribute!: string;

  @Field(() => String, { description: 'The value or expression. Empty when the administrator chooses it.' })
  value!: string;

  @Field(() => String, { description: 'The meaning of the attribute.' })
  note!: string;
}

@ObjectType({ description: 'Everything to enter at an identity provider.', simpleResolvers: true })
export class ScimSetup implements ScimSetupOf {
  @Field(() => String, { description: 'The SCIM 2.0 base URL.' })
  baseUrl!: string;

  @Field(() => String, { description: 'The screen for the base URL and the key.' })
  keyScreen!: string;

  @Field(() => String, { description: 'The screen for the attributes.' })
  attributeScreen!: string;

  @Field(() => String, { description: 'The screen for the mappings.' })
  mappingScreen!: string;

  @Field(() => [ScimSetupAttribute], { description: "The attributes of the workspace's version." })
  attributes!: ScimSetupAttribute[];

  @Field(() => [ScimSetupMapping], { description: 'The mappings to set.' })
  mappings!: ScimSetupMapping[];

  @Field(() => [String], { description: 'The attributes whose mappings must be removed.' })
  unmapped!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'A Terraform file that creates the application, without the key. Null except for Okta.',
  })
  terraform!: string | null;
}
