import type { GraphQLScalarType } from 'graphql';
import { type ClassType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import type { Role, SeatType } from '../../domain/access.js';
import { RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import type * as services from '../../services/member-filter.js';
import { MEMBER_ORDER_FIELDS } from '../../services/members.js';

type ScalarReference = GraphQLScalarType | StringConstructor | typeof ID | typeof Int;

const EQUAL = 'Is this value.';
const NOT_EQUAL = 'Is another value, or has none.';
const AMONG = 'Is one of these values; none for an empty list.';
const PRESENT = 'Whether it has a value.';

/** Comparisons of values that have an order. */
function orderedComparison<Value>(
  name: string,
  scalar: ScalarReference,
  description: string,
): ClassType<services.Comparison<Value>> {
  @InputType(name, { description })
  class Comparison {
    @Field(() => scalar, { nullable: true, description: EQUAL }) eq?: Value | null;
    @Field(() => scalar, { nullable: true, description: NOT_EQUAL }) ne?: Value | null;
    @Field(() => [scalar], { nullable: true, description: AMONG }) in?: Value[] | null;
    @Field(() => scalar, { nullable: true, description: 'Is greater.' }) gt?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'Is greater or the same.' }) ge?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'Is less.' }) lt?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'Is less or the same.' }) le?: Value | null;
    @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
  }
  return Comparison;
}

/** Comparisons of an enumeration. */
function enumComparison<Value extends string>(
  name: string,
  values: Readonly<Record<Value, Value>>,
  description: string,
): ClassType<services.Comparison<Value>> {
  @InputType(name, { description })
  class Comparison {
    @Field(() => values, { nullable: true, description: EQUAL }) eq?: Value | null;
    @Field(() => values, { nullable: true, description: NOT_EQUAL }) ne?: Value | null;
    @Field(() => [values], { nullable: true, description: AMONG }) in?: Value[] | null;
    @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
  }
  return Comparison;
}

@InputType({ description: 'Compares ids.' })
export class IdComparison {
  @Field(() => ID, { nullable: true, description: EQUAL }) eq?: string | null;
  @Field(() => ID, { nullable: true, description: NOT_EQUAL }) ne?: string | null;
  @Field(() => [ID], { nullable: true, description: AMONG }) in?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
}

@InputType({ description: 'Compares booleans.' })
class BooleanComparison {
  @Field(() => Boolean, { nullable: true, description: EQUAL }) eq?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: NOT_EQUAL }) ne?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
}

const ScalarStringComparison = orderedComparison<string>('OrderedStringComparison', String, 'Compares text.');

@InputType({ description: 'Compares text: userName without case, externalId exactly.' })
export class StringComparison extends ScalarStringComparison {
  @Field(() => String, { nullable: true, description: 'Has this text in it.' }) contains?: string | null;
  @Field(() => String, { nullable: true, description: 'Begins with this text.' }) startsWith?: string | null;
  @Field(() => String, { nullable: true, description: 'Ends with this text.' }) endsWith?: string | null;
}

const IntComparison = orderedComparison<number>('IntComparison', Int, 'Compares whole numbers.');
export const DateTimeComparison = orderedComparison<Date>(
  'DateTimeComparison',
  GraphQLDateTime,
  'Compares points in time.',
);
const RoleComparison = enumComparison<Role>('RoleComparison', RoleEnum, 'Compares roles.');
const SeatTypeComparison = enumComparison<SeatType>(
  'SeatTypeComparison',
  SeatTypeEnum,
  'Compares seat types.',
);

@InputType({ description: 'Which members are meant. Everything that is said must hold.' })
export class MemberFilter implements services.MemberFilter {
  @Field(() => [MemberFilter], { nullable: true, description: 'All of these hold.' })
  and?: MemberFilter[] | null;

  @Field(() => [MemberFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: MemberFilter[] | null;

  @Field(() => MemberFilter, { nullable: true, description: 'This does not hold.' })
  not?: MemberFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'By id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, { nullable: true, description: 'By userName, without case.' })
  userName?: StringComparison | null;

  @Field(() => StringComparison, { nullable: true, description: "By the identity provider's id, exactly." })
  externalId?: StringComparison | null;

  @Field(() => BooleanComparison, { nullable: true, description: 'By being active.' })
  active?: BooleanComparison | null;

  @Field(() => RoleComparison, { nullable: true, description: 'By role. Who is not active has none.' })
  role?: services.Comparison<Role> | null;

  @Field(() => SeatTypeComparison, { nullable: true, description: 'By seat type (V1).' })
  seatType?: services.Comparison<SeatType> | null;

  @Field(() => IntComparison, { nullable: true, description: 'By credit limit (V2).' })
  creditLimit?: services.Comparison<number> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the record was made.' })
  createdAt?: services.Comparison<Date> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the member last changed.' })
  updatedAt?: services.Comparison<Date> | null;

  @Field(() => String, {
    nullable: true,
    description: 'Free text, found in userName or display name, without case.',
  })
  search?: string | null;
}

const MemberOrderField = Object.fromEntries(MEMBER_ORDER_FIELDS.map((field) => [field, field])) as Record<
  (typeof MEMBER_ORDER_FIELDS)[number],
  (typeof MEMBER_ORDER_FIELDS)[number]
>;
registerEnumType(MemberOrderField, {
  name: 'MemberOrderField',
  description: 'What members can be ordered by.',
  valuesConfig: {
    ID: { description: 'The order in which they were first added.' },
    USER_NAME: { description: 'userName, without case.' },
    CREATED_AT: { description: 'When the record was made.' },
    UPDATED_AT: { description: 'When the member last changed.' },
  },
});

@InputType({ description: 'The order of members. The id has the last word, so that every order is stable.' })
export class MemberOrder {
  @Field(() => MemberOrderField, { description: 'By what.' })
  field!: (typeof MEMBER_ORDER_FIELDS)[number];

  @Field(() => Boolean, { defaultValue: false, description: 'Greatest first.' })
  descending!: boolean;
}
