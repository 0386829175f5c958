import type { Cache, OptimisticMutationConfig } from '@urql/exchange-graphcache';
import type {
  MemberAccessInput,
  MemberClearCreditLimitInput,
  MemberRemoveInput,
  MemberSetAccessInput,
  MemberSetCreditLimitInput,
  OwnerDemoteInput,
  OwnerPromoteInput,
} from './schema.generated.js';

/** The change of one member as the server would answer it. Omitted fields keep their values in the cache. */
function changed(type: string, memberId: string, member: Readonly<Record<string, unknown>>) {
  return { __typename: type, changed: true, member: { __typename: 'Member', id: memberId, ...member } };
}

function usageWith(limit: number | null) {
  return { __typename: 'MemberUsage', limit };
}

function readText(cache: Cache, entity: string | null, field: string): string | null {
  const value = entity === null ? null : cache.resolve(entity, field);
  return typeof value === 'string' ? value : null;
}

/** The access of a member that the cache has, as a reference to it; undefined when it has none. */
function accessType(cache: Cache, memberId: string): string | null {
  const access = cache.resolve({ __typename: 'Member', id: memberId }, 'access');
  return typeof access === 'string' ? readText(cache, access, '__typename') : null;
}

function accessOf({ roleAccess, seatAccess }: MemberAccessInput) {
  if (roleAccess != null) {
    const { role, creditLimit } = roleAccess;
    const access = {
      __typename: 'RoleAccess',
      role,
      creditLimitApplies: role !== 'VIEWER',
      ...(role === 'VIEWER' ? { creditLimit: null } : creditLimit == null ? {} : { creditLimit }),
    };
    return { role, access };
  }
  if (seatAccess != null) {
    return {
      role: seatAccess.role ?? 'MEMBER',
      access: { __typename: 'SeatAccess', seatType: seatAccess.seatType ?? null },
    };
  }
  return {};
}

/** The expected results of changes of members, which are shown until the server answers. A refusal removes them. */
export const optimistic: OptimisticMutationConfig = {
  memberSetCreditLimit: ({ input }: { input: MemberSetCreditLimitInput }) =>
    changed('MemberSetCreditLimitPayload', input.memberId, {
      access: { __typename: 'RoleAccess', creditLimit: input.creditLimit },
      usage: usageWith(input.creditLimit),
    }),
  memberClearCreditLimit: ({ input }: { input: MemberClearCreditLimitInput }) =>
    changed('MemberClearCreditLimitPayload', input.memberId, {
      access: { __typename: 'RoleAccess', creditLimit: null },
    }),
  memberSetAccess: ({ input }: { input: MemberSetAccessInput }) =>
    changed('MemberSetAccessPayload', input.memberId, accessOf(input.access)),
  memberRemove: ({ input }: { input: MemberRemoveInput }) =>
    changed('MemberRemovePayload', input.memberId, { active: false, role: null, access: null }),
  ownerPromote: ({ input }: { input: OwnerPromoteInput }, cache: Cache) =>
    changed('OwnerPromotePayload', input.memberId, {
      role: 'OWNER',
      // A V2 owner has no credit limit; a V1 owner keeps the seat.
      ...(accessType(cache, input.memberId) === 'RoleAccess'
        ? {
            access: { __typename: 'RoleAccess', role: 'OWNER', creditLimit: null, creditLimitApplies: false },
          }
        : {}),
    }),
  ownerDemote: ({ input }: { input: OwnerDemoteInput }) =>
    changed('OwnerDemotePayload', input.memberId, accessOf(input.access)),
};
