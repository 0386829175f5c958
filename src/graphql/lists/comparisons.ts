import type { GraphQLScalarType } from 'graphql';
import { type ClassType, Field, ID, InputType, Int } from 'type-graphql';
import type { Origin, Role, SeatType } from '../../domain/access.js';
import { ManagedByEnum, RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import type { Comparison as ComparisonOf } from '../../services/lists/comparison.js';

type ScalarReference = GraphQLScalarType | StringConstructor | typeof ID | typeof Int;

const EQUAL = 'The value is equal to this one.';
const NOT_EQUAL = 'The value is different from this one, or absent.';
const IN_LIST = 'The value is one of these. An empty list matches nothing.';
const PRESENT = 'Whether there is a value at all.';

/** Returns a type of comparisons for values that have an order. */
function orderedComparison<Value>(
  name: string,
  scalar: ScalarReference,
  description: string,
): ClassType<ComparisonOf<Value>> {
  @InputType(name, { description })
  class Comparison {
    @Field(() => scalar, { nullable: true, description: EQUAL }) eq?: Value | null;
    @Field(() => scalar, { nullable: true, description: NOT_EQUAL }) ne?: Value | null;
    @Field(() => [scalar], { nullable: true, description: IN_LIST }) in?: Value[] | null;
    @Field(() => scalar, { nullable: true, description: 'The value is greater than this one.' })
    gt?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'The value is greater than or equal to this one.' })
    ge?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'The value is less than this one.' })
    lt?: Value | null;
    @Field(() => scalar, { nullable: true, description: 'The value is less than or equal to this one.' })
    le?: Value | null;
    @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
  }
  return Comparison;
}

/** Returns a type of comparisons for an enum. */
export function enumComparison<Value extends string>(
  name: string,
  values: Readonly<Record<Value, Value>>,
  description: string,
): ClassType<ComparisonOf<Value>> {
  @InputType(name, { description })
  class Comparison {
    @Field(() => values, { nullable: true, description: EQUAL }) eq?: Value | null;
    @Field(() => values, { nullable: true, description: NOT_EQUAL }) ne?: Value | null;
    @Field(() => [values], { nullable: true, description: IN_LIST }) in?: Value[] | null;
    @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
  }
  return Comparison;
}

@InputType({ description: 'Conditions on an id, all of which must hold.' })
export class IdComparison {
  @Field(() => ID, { nullable: true, description: EQUAL }) eq?: string | null;
  @Field(() => ID, { nullable: true, description: NOT_EQUAL }) ne?: string | null;
  @Field(() => [ID], { nullable: true, description: IN_LIST }) in?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
}

@InputType({ description: 'Conditions on a boolean, all of which must hold.' })
export class BooleanComparison {
  @Field(() => Boolean, { nullable: true, description: EQUAL }) eq?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: NOT_EQUAL }) ne?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
}

const ScalarStringComparison = orderedComparison<string>(
  'OrderedStringComparison',
  String,
  'Conditions on text, all of which must hold.',
);

@InputType({
  description: 'Conditions on text, all of which must hold. The attribute decides whether case counts.',
})
export class StringComparison extends ScalarStringComparison {
  @Field(() => String, { nullable: true, description: 'The value contains this text.' }) contains?:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'The value begins with this text.' }) startsWith?:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'The value ends with this text.' }) endsWith?:
    | string
    | null;
}

export const IntComparison = orderedComparison<number>(
  'IntComparison',
  Int,
  'Conditions on a whole number, all of which must hold.',
);
export const DateTimeComparison = orderedComparison<Date>(
  'DateTimeComparison',
  GraphQLDateTime,
  'Conditions on a time, all of which must hold.',
);
export const RoleComparison = enumComparison<Role>(
  'RoleComparison',
  RoleEnum,
  'Conditions on a role, all of which must hold.',
);
export const SeatTypeComparison = enumComparison<SeatType>(
  'SeatTypeComparison',
  SeatTypeEnum,
  'Conditions on a seat type, all of which must hold.',
);
export const ManagedByComparison = enumComparison<Origin>(
  'ManagedByComparison',
  ManagedByEnum,
  'Conditions on the managing side, all of which must hold.',
);
