import { Field, InputType, registerEnumType } from 'type-graphql';
import { MEMBER_ORDERINGS } from '../../services/filters/order.js';

const MemberOrderField = Object.fromEntries([...MEMBER_ORDERINGS.keys()].map((field) => [field, field]));
registerEnumType(MemberOrderField, {
  name: 'MemberOrderField',
  description: 'What members can be ordered by. Who has no value comes last, or first when descending.',
  valuesConfig: Object.fromEntries(
    [...MEMBER_ORDERINGS].map(([field, { description }]) => [field, { description }]),
  ),
});

@InputType({ description: 'The order of members. The id has the last word, so that every order is stable.' })
export class MemberOrder {
  @Field(() => MemberOrderField, { description: 'By what.' })
  field!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Greatest first.' })
  descending!: boolean;
}
