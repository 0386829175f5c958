// type-graphql needs this for decorator metadata; every decorated file imports this file or node.ts first.
import 'reflect-metadata';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import {
  GraphQLDate as AnyDate,
  GraphQLDateTime as AnyDateTime,
  GraphQLJSON,
  GraphQLJSONObject,
} from 'graphql-scalars';
import { MAX_CREDIT_LIMIT } from '../domain/access.js';

export { GraphQLJSON, GraphQLJSONObject };

/** A value that a scalar refuses; graphql copies the extensions to the error that clients see. */
class InvalidValue extends TypeError {
  readonly extensions: { readonly hint: string };

  constructor(message: string, hint: string) {
    super(message);
    this.extensions = { hint };
  }
}

function parseDateTime(value: unknown): Date {
  try {
    return AnyDateTime.parseValue(value);
  } catch {
    throw new InvalidValue(
      'must be a date and a time with a zone',
      'Send the form of RFC 3339, such as 2026-11-30T12:00:00Z or 2026-11-30T13:00:00+01:00.',
    );
  }
}

export const GraphQLDateTime = new GraphQLScalarType<Date, Date | string>({
  ...AnyDateTime.toConfig(),
  description: 'A date and a time with a zone as in RFC 3339, such as `2026-11-30T12:00:00Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  parseValue: parseDateTime,
  parseLiteral: (node: ValueNode) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

export const GraphQLDate = new GraphQLScalarType({
  ...AnyDate.toConfig(),
  description: 'A day of the calendar as in RFC 3339, such as `2026-11-30`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
});

/** The PositiveInt of libraries accepts 1.5 as 1; this one accepts only whole numbers that fit a 32-bit column. */
function positiveInt(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_CREDIT_LIMIT) {
    throw new TypeError(`must be a whole number from 1 to ${MAX_CREDIT_LIMIT}`);
  }
  return value;
}

export const PositiveInt = new GraphQLScalarType<number, number>({
  name: 'PositiveInt',
  specifiedByURL: 'https://www.w3.org/TR/xmlschema-2/#positiveInteger',
  description: `A whole number from 1 to ${MAX_CREDIT_LIMIT}.`,
  serialize: positiveInt,
  parseValue: positiveInt,
  parseLiteral: (node: ValueNode) => positiveInt(node.kind === Kind.INT ? Number(node.value) : undefined),
});

function yearMonth(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(value)) {
    throw new InvalidValue('must be a month', 'Send a year and a month, such as 2026-11.');
  }
  return value;
}

export const YearMonth = new GraphQLScalarType<string, string>({
  name: 'YearMonth',
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#months',
  description: 'A calendar month in UTC, such as `2026-11`.',
  serialize: yearMonth,
  parseValue: yearMonth,
  parseLiteral: (node: ValueNode) => yearMonth(node.kind === Kind.STRING ? node.value : undefined),
});
