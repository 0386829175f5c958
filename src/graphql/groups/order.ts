import { Field, InputType, registerEnumType } from 'type-graphql';
import { GROUP_ORDER_FIELDS } from '../../services/groups/queries.js';

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
