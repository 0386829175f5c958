import type { GraphQLScalarType } from 'graphql';
import { type ClassType, Field, ID, InputType, Int } from 'type-graphql';
import type { Origin, Role, SeatType } from '../../domain/access.js';
import { ManagedByEnum, RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import type { Comparison as ComparisonOf } from '../../services/lists/comparison.js';

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
): ClassType<ComparisonOf<Value>> {
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
export function enumComparison<Value extends string>(
  name: string,
  values: Readonly<Record<Value, Value>>,
  description: string,
): ClassType<ComparisonOf<Value>> {
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
export class BooleanComparison {
  @Field(() => Boolean, { nullable: true, description: EQUAL }) eq?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: NOT_EQUAL }) ne?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: PRESENT }) isPresent?: boolean | null;
}

const ScalarStringComparison = orderedComparison<string>('OrderedStringComparison', String, 'Compares text.');

@InputType({ description: 'Compares text: with or without case as the attribute has it.' })
export class StringComparison extends ScalarStringComparison {
  @Field(() => String, { nullable: true, description: 'Has this text in it.' }) contains?: string | null;
  @Field(() => String, { nullable: true, description: 'Begins with this text.' }) startsWith?: string | null;
  @Field(() => String, { nullable: true, description: 'Ends with this text.' }) endsWith?: string | null;
}

export const IntComparison = orderedComparison<number>('IntComparison', Int, 'Compares whole numbers.');
export const DateTimeComparison = orderedComparison<Date>(
  'DateTimeComparison',
  GraphQLDateTime,
  'Compares points in time.',
);
export const RoleComparison = enumComparison<Role>('RoleComparison', RoleEnum, 'Compares roles.');
export const SeatTypeComparison = enumComparison<SeatType>(
  'SeatTypeComparison',
  SeatTypeEnum,
  'Compares seat types.',
);
export const ManagedByComparison = enumComparison<Origin>(
  'ManagedByComparison',
  ManagedByEnum,
  'Compares who decides.',
);
