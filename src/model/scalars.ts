// type-graphql reads decorator metadata through this, and every decorated file leads here or to node.ts.
import 'reflect-metadata';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDate, GraphQLDateTime, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { MAX_CREDIT_LIMIT } from '../domain/access.js';

export { GraphQLDate, GraphQLDateTime, GraphQLJSON, GraphQLJSONObject };

/** Libraries' PositiveInt makes 1 of 1.5; this one takes whole numbers of a 32-bit column and nothing else. */
function positiveInt(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_CREDIT_LIMIT) {
    throw new TypeError(`must be a whole number from 1 to ${MAX_CREDIT_LIMIT}`);
  }
  return value;
}

export const PositiveInt = new GraphQLScalarType<number, number>({
  name: 'PositiveInt',
  description: `A whole number from 1 to ${MAX_CREDIT_LIMIT}.`,
  serialize: positiveInt,
  parseValue: positiveInt,
  parseLiteral: (node: ValueNode) => positiveInt(node.kind === Kind.INT ? Number(node.value) : undefined),
});

function yearMonth(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(value)) {
    throw new TypeError('must be a month such as 2026-11');
  }
  return value;
}

export const YearMonth = new GraphQLScalarType<string, string>({
  name: 'YearMonth',
  description: 'A calendar month in UTC, such as `2026-11`.',
  serialize: yearMonth,
  parseValue: yearMonth,
  parseLiteral: (node: ValueNode) => yearMonth(node.kind === Kind.STRING ? node.value : undefined),
});
