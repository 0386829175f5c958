import { Field, InputType } from 'type-graphql';
import { enumOf } from '../../model/enums.js';
import { GROUP_ORDER_FIELDS } from '../../services/groups/queries.js';
import { DIRECTION, type OrderDirection, OrderDirectionEnum } from '../lists/direction.js';

type GroupOrderField = (typeof GROUP_ORDER_FIELDS)[number];

const GroupOrderFieldEnum = enumOf(
  GROUP_ORDER_FIELDS,
  'GroupOrderField',
  'The fields by which groups can be ordered.',
  {
    ID: 'The id, which follows the order of creation.',
    DISPLAY_NAME: 'The display name, regardless of case.',
    EXTERNAL_ID: "The identity provider's id, with regard to case.",
    CREATED_AT: 'The time at which the group was created.',
    UPDATED_AT: 'The time at which the group last changed.',
  },
);

@InputType({ description: 'The order of groups. Groups that are equal in it follow the order of creation.' })
export class GroupOrder {
  @Field(() => GroupOrderFieldEnum, { description: 'The field by which groups are ordered.' })
  field!: GroupOrderField;

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: DIRECTION })
  direction!: OrderDirection;
}
