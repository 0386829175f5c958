import { Field, InputType, registerEnumType } from 'type-graphql';
import type * as services from '../../services/filters/filter.js';
import { GROUP_ORDER_FIELDS } from '../../services/groups/queries.js';
import type { Comparison } from '../../services/lists/comparison.js';
import { DateTimeComparison, IdComparison, StringComparison } from '../lists/comparisons.js';
import { MemberFilter } from '../members/filter.js';

@InputType({ description: 'Asks about the members of a group.' })
export class GroupMembersFilter {
  @Field(() => MemberFilter, { nullable: true, description: 'At least one member meets this.' })
  some?: MemberFilter | null;
}

@InputType({ description: 'Which groups are meant. Everything that is said must hold.' })
export class GroupFilter implements services.GroupFilter {
  @Field(() => [GroupFilter], { nullable: true, description: 'All of these hold.' })
  and?: GroupFilter[] | null;

  @Field(() => [GroupFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: GroupFilter[] | null;

  @Field(() => GroupFilter, { nullable: true, description: 'This does not hold.' })
  not?: GroupFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'By id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, { nullable: true, description: 'By display name, without case.' })
  displayName?: StringComparison | null;

  @Field(() => StringComparison, { nullable: true, description: "By the identity provider's id, exactly." })
  externalId?: StringComparison | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the group was made.' })
  createdAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the group last changed.' })
  updatedAt?: Comparison<Date> | null;

  @Field(() => GroupMembersFilter, { nullable: true, description: 'By who is in it.' })
  members?: GroupMembersFilter | null;
}

const GroupOrderField = Object.fromEntries(GROUP_ORDER_FIELDS.map((field) => [field, field])) as Record<
  (typeof GROUP_ORDER_FIELDS)[number],
  (typeof GROUP_ORDER_FIELDS)[number]
>;
registerEnumType(GroupOrderField, {
  name: 'GroupOrderField',
  description: 'What groups can be ordered by.',
  valuesConfig: {
    ID: { description: 'The order in which they were made.' },
    DISPLAY_NAME: { description: 'The display name, without case.' },
    EXTERNAL_ID: { description: "The identity provider's id, exactly." },
    CREATED_AT: { description: 'When the group was made.' },
    UPDATED_AT: { description: 'When the group last changed.' },
  },
});

@InputType({ description: 'The order of groups. The id has the last word, so that every order is stable.' })
export class GroupOrder {
  @Field(() => GroupOrderField, { description: 'By what.' })
  field!: (typeof GROUP_ORDER_FIELDS)[number];

  @Field(() => Boolean, { defaultValue: false, description: 'Greatest first.' })
  descending!: boolean;
}
