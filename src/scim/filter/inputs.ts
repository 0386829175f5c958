import type { Role, SeatType } from '../../domain/access.js';

export interface IdComparison {
  readonly eq?: string;
  readonly in?: readonly string[];
  readonly isPresent?: boolean;
}

export interface StringComparison {
  readonly eq?: string;
  readonly contains?: string;
  readonly startsWith?: string;
  readonly endsWith?: string;
  readonly gt?: string;
  readonly ge?: string;
  readonly lt?: string;
  readonly le?: string;
  readonly isPresent?: boolean;
}

export interface BooleanComparison {
  readonly eq?: boolean;
  readonly isPresent?: boolean;
}

/** Conditions on a role or a seat type. */
export interface EnumComparison<Value extends string> {
  readonly in?: readonly Value[];
  readonly isPresent?: boolean;
}

/** Conditions on whole numbers, and on times as RFC 3339 text. */
export interface OrderedComparison<Value extends number | string> {
  readonly eq?: Value;
  readonly gt?: Value;
  readonly ge?: Value;
  readonly lt?: Value;
  readonly le?: Value;
  readonly isPresent?: boolean;
}

/** `MemberFilter` of the GraphQL schema: the fields that SCIM filters compile to. */
export interface MemberFilterInput {
  readonly and?: readonly MemberFilterInput[];
  readonly or?: readonly MemberFilterInput[];
  readonly not?: MemberFilterInput;
  readonly id?: IdComparison;
  readonly userName?: StringComparison;
  readonly externalId?: StringComparison;
  readonly active?: BooleanComparison;
  readonly role?: EnumComparison<Role>;
  readonly seatType?: EnumComparison<SeatType>;
  readonly creditLimit?: OrderedComparison<number>;
  readonly createdAt?: OrderedComparison<string>;
  readonly updatedAt?: OrderedComparison<string>;
  /** Conditions on the profile, by attribute. */
  readonly [attribute: string]: unknown;
}

/** `MemberFilter` of the GraphQL schema: the fields that a condition on one member of a group compiles to. */
export interface MemberOfGroupInput {
  readonly and?: readonly MemberOfGroupInput[];
  readonly or?: readonly MemberOfGroupInput[];
  readonly not?: MemberOfGroupInput;
  readonly id?: IdComparison;
}

/** `GroupFilter` of the GraphQL schema: the fields that SCIM filters compile to. */
export interface GroupFilterInput {
  readonly and?: readonly GroupFilterInput[];
  readonly or?: readonly GroupFilterInput[];
  readonly not?: GroupFilterInput;
  readonly id?: IdComparison;
  readonly displayName?: StringComparison;
  readonly externalId?: StringComparison;
  readonly createdAt?: OrderedComparison<string>;
  readonly updatedAt?: OrderedComparison<string>;
  readonly members?: { readonly some: MemberOfGroupInput };
}
