import { Field, InputType } from 'type-graphql';
import { DomainError } from '../../domain/errors.js';
import { constantName, PROFILE_PATHS } from '../../domain/profile-paths.js';
import { enumOf } from '../../model/enums.js';
import { MEMBER_ORDERINGS, type MemberOrder as MemberOrderOf } from '../../services/filters/order.js';
import { DIRECTION, type OrderDirection, OrderDirectionEnum } from '../lists/direction.js';

const MEMBER_ORDER_FIELDS = [
  'CREATED_AT',
  'UPDATED_AT',
  'USER_NAME',
  'DISPLAY_NAME',
  'GIVEN_NAME',
  'FAMILY_NAME',
  'EMAIL',
  'TITLE',
  'DEPARTMENT',
  'EXTERNAL_ID',
  'ACTIVE',
  'ROLE',
  'SEAT_TYPE',
  'CREDIT_LIMIT',
  'CREDITS_USED',
  'MEMBERSHIP_STARTED_AT',
  'MEMBERSHIP_ENDED_AT',
  'MANAGED_BY',
  'ID',
] as const;
type MemberOrderField = (typeof MEMBER_ORDER_FIELDS)[number];

const MemberOrderFieldEnum = enumOf(
  MEMBER_ORDER_FIELDS,
  'MemberOrderField',
  'The fields by which members can be ordered. Members without a value come last, or first when descending.',
  {
    CREATED_AT: 'The time at which the record was created.',
    UPDATED_AT: 'The time at which the member last changed.',
    USER_NAME: 'The userName, regardless of case.',
    DISPLAY_NAME: 'The display name, regardless of case.',
    GIVEN_NAME: 'The given name, regardless of case.',
    FAMILY_NAME: 'The family name, regardless of case.',
    EMAIL: 'The primary e-mail address, or else the first, regardless of case.',
    TITLE: 'The title of the person, regardless of case.',
    DEPARTMENT: 'The department of the person, regardless of case.',
    EXTERNAL_ID: "The identity provider's id, with regard to case.",
    ACTIVE: 'Whether the member is active. Inactive members come first.',
    ROLE: 'The name of the role.',
    SEAT_TYPE: 'V1: the name of the type of the seat.',
    CREDIT_LIMIT: 'V2: the credit limit of the member.',
    CREDITS_USED: 'V2: the number of credits that the member has used in this month.',
    MEMBERSHIP_STARTED_AT: 'The time at which the open membership began.',
    MEMBERSHIP_ENDED_AT: 'The time at which the last membership ended, of members who are not active.',
    MANAGED_BY: 'The side that manages the member.',
    ID: 'The id, which follows the order of creation.',
  },
);

/** The fields that order by a profile attribute, with its name in `MEMBER_ORDERINGS`. */
const ORDERINGS: Partial<Record<MemberOrderField, string>> = {
  GIVEN_NAME: 'NAME_GIVEN_NAME',
  FAMILY_NAME: 'NAME_FAMILY_NAME',
  EMAIL: 'EMAILS_VALUE',
  DEPARTMENT: 'ENTERPRISE_DEPARTMENT',
};

@InputType({
  description:
    'The order of members, by `field` or by `profileAttribute`. Members that are equal in it follow the order of creation.',
})
export class MemberOrder {
  @Field(() => MemberOrderFieldEnum, {
    nullable: true,
    description: 'The field by which members are ordered.',
  })
  field?: MemberOrderField | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Any other attribute of the profile, by the path of SCIM's names as in `MemberProfile.attributes`, such as " +
      '`addresses.country`. In a list, the primary value counts, or else the first.',
  })
  profileAttribute?: string | null;

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: DIRECTION })
  direction!: OrderDirection;
}

const PATHS: ReadonlySet<string> = new Set(
  PROFILE_PATHS.map(({ steps }) => steps.map(({ name }) => name).join('.')),
);

/**
 * Converts an order to the form that services accept.
 * @throws DomainError INVALID_INPUT for an attribute that does not exist or has no order, and unless exactly one of
 *   `field` and `profileAttribute` is set
 */
export function memberOrder(orderBy: MemberOrder | null | undefined): MemberOrderOf | null {
  if (orderBy == null) return null;
  const { field, profileAttribute, direction } = orderBy;
  const descending = direction === 'DESC';
  if ((field == null) === (profileAttribute == null)) {
    throw new DomainError('INVALID_INPUT', 'An order needs either field or profileAttribute.', {
      attribute: 'orderBy',
    });
  }
  if (field != null) return { field: ORDERINGS[field] ?? field, descending };
  const path = profileAttribute ?? '';
  const name = constantName(path.split('.'));
  if (PATHS.has(path) && MEMBER_ORDERINGS.has(name)) return { field: name, descending };
  throw new DomainError(
    'INVALID_INPUT',
    `Members cannot be ordered by ${JSON.stringify(path.slice(0, 60))}.`,
    {
      attribute: 'orderBy.profileAttribute',
      hint: 'Send the path of one text in the profile, such as name.familyName or addresses.country.',
    },
  );
}
