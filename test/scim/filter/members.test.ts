import { describe, expect, test } from 'vitest';
import { ENTERPRISE_USER } from '../../../src/scim/discovery/attributes.js';
import type { MemberFilterInput } from '../../../src/scim/filter/inputs.js';
import { toMemberFilter } from '../../../src/scim/filter/members.js';
import { parseFilter } from '../../../src/scim/filter/parser.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';

function translated(filter: string): MemberFilterInput {
  return toMemberFilter(parseFilter(filter), 'V2');
}

const NOBODY = { id: { in: [] } };

describe('each attribute as a condition of the GraphQL schema', () => {
  test.each([
    ['userName eq "Ann@acme.test"', { userName: { eq: 'Ann@acme.test' } }],
    ['userName co "acme"', { userName: { contains: 'acme' } }],
    ['userName sw "ann"', { userName: { startsWith: 'ann' } }],
    ['userName ew ".test"', { userName: { endsWith: '.test' } }],
    ['userName gt "m"', { userName: { gt: 'm' } }],
    ['externalId ge "m"', { externalId: { ge: 'm' } }],
    ['externalId pr', { externalId: { isPresent: true } }],
    ['id eq "0193"', { id: { eq: '0193' } }],
    ['active eq true', { active: { eq: true } }],
    ['active eq "False"', { active: { eq: false } }],
    ['active pr', { active: { isPresent: true } }],
    ['meta.created gt "2026-01-31T12:00:00Z"', { createdAt: { gt: '2026-01-31T12:00:00.000Z' } }],
    ['meta.lastModified le "2026-01-31T12:00:00Z"', { updatedAt: { le: '2026-01-31T12:00:00.000Z' } }],
  ])('%s', (filter, meaning) => {
    expect(translated(filter)).toEqual(meaning);
  });
});

describe('ne is not(eq), so that it matches an absent attribute; eq null is "not present"', () => {
  test.each([
    ['externalId ne "7"', { not: { externalId: { eq: '7' } } }],
    ['role ne "viewer"', { not: { role: { in: ['VIEWER'] } } }],
    ['externalId eq null', { externalId: { isPresent: false } }],
    ['externalId ne null', { externalId: { isPresent: true } }],
  ])('%s', (filter, meaning) => {
    expect(translated(filter)).toEqual(meaning);
  });
});

describe('"an operator on an enumeration becomes the set of values it matches"', () => {
  test.each([
    ['role eq "Editor"', { role: { in: ['EDITOR'] } }],
    ['role eq "boss"', { role: { in: [] } }],
    ['role co "e"', { role: { in: ['OWNER', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'] } }],
    ['role gt "member"', { role: { in: ['OWNER', 'VIEWER'] } }],
    ['seatType sw "elite"', { seatType: { in: ['ELITE', 'ELITE_2', 'ELITE_3'] } }],
    ['seatType ew "_2"', { seatType: { in: ['ELITE_2'] } }],
    ['seatType pr', { seatType: { isPresent: true } }],
  ])('%s', (filter, meaning) => {
    expect(translated(filter)).toEqual(meaning);
  });
});

describe('credit limits are 32-bit integers, whatever they are compared with', () => {
  test.each([
    ['creditLimit eq 500', { creditLimit: { eq: 500 } }],
    ['creditLimit eq 1.5', NOBODY],
    ['creditLimit gt 1.5', { creditLimit: { gt: 1 } }],
    ['creditLimit ge 1.5', { creditLimit: { ge: 2 } }],
    ['creditLimit lt 1.5', { creditLimit: { lt: 2 } }],
    ['creditLimit le 1.5', { creditLimit: { le: 1 } }],
    ['creditLimit gt -5e9', { creditLimit: { gt: -1 } }],
    ['creditLimit eq 2147483648', NOBODY],
    ['creditLimit gt 1e12', { creditLimit: { gt: 2147483647 } }],
    ['creditLimit ge 1e12', NOBODY],
    ['creditLimit lt 1e12', { creditLimit: { isPresent: true } }],
    ['creditLimit le 1e12', { creditLimit: { le: 2147483647 } }],
    ['creditLimit ne 1e12', { not: NOBODY }],
  ])('%s', (filter, meaning) => {
    expect(translated(filter)).toEqual(meaning);
  });
});

test('and, or and not keep their grouping', () => {
  expect(translated('userName eq "a" and (active eq true or not (externalId pr))')).toEqual({
    and: [
      { userName: { eq: 'a' } },
      { or: [{ active: { eq: true } }, { not: { externalId: { isPresent: true } } }] },
    ],
  });
});

describe('attributes of the profile', () => {
  test.each<[string, object]>([
    ['displayName co "Lee"', { displayName: { contains: 'Lee' } }],
    ['NAME.familyname eq "Lee"', { name: { familyName: { eq: 'Lee' } } }],
    ['name pr', { name: { isPresent: true } }],
    ['title eq null', { not: { title: { isPresent: true } } }],
    ['emails pr', { emails: { isPresent: true } }],
    ['emails co "@acme"', { emails: { some: { value: { contains: '@acme' } } } }],
    ['emails.type ne "work"', { not: { emails: { some: { type: { eq: 'work' } } } } }],
    [
      'emails[type eq "work" and not (value ew ".test")]',
      { emails: { some: { and: [{ type: { eq: 'work' } }, { not: { value: { endsWith: '.test' } } }] } } },
    ],
    [
      'emails[primary eq true].value sw "a"',
      { emails: { some: { and: [{ primary: { eq: true } }, { value: { startsWith: 'a' } }] } } },
    ],
    ['groups pr', { groups: { isPresent: true } }],
    ['groups.value eq "0193"', { groups: { some: { id: { eq: '0193' } } } }],
    ['groups.display ne "Sales"', { not: { groups: { some: { displayName: { eq: 'Sales' } } } } }],
    [
      'groups[display sw "S" and not (value eq "0193")]',
      { groups: { some: { and: [{ displayName: { startsWith: 'S' } }, { not: { id: { eq: '0193' } } }] } } },
    ],
    ['name[familyName eq "Lee"]', { name: { familyName: { eq: 'Lee' } } }],
    [`${ENTERPRISE_USER}:department eq "Sales"`, { enterprise: { department: { eq: 'Sales' } } }],
    [`${ENTERPRISE_USER}:manager.value eq "7"`, { enterprise: { manager: { value: { eq: '7' } } } }],
    [`${ENTERPRISE_USER}:manager.$ref pr`, { enterprise: { manager: { ref: { isPresent: true } } } }],
  ])('%s', (filter, asked) => {
    expect(translated(filter)).toEqual(asked);
  });
});

const FILTERABLE =
  'these can: schemas, meta.resourceType, id, userName, externalId, active, role, seatType, creditLimit, meta.created, ' +
  'meta.lastModified, groups, groups.value, groups.display, and the attributes of the person';

describe('400 invalidFilter for what cannot be filtered, never "everybody"', () => {
  test.each([
    ['active eq true and meta.location sw "A"', 20, `meta.location cannot be filtered by; ${FILTERABLE}`],
    ['groups.type eq "direct"', 1, `groups.type cannot be filtered by; ${FILTERABLE}`],
    ['groups[value sw "0193"]', 8, 'groups.value cannot be compared with sw'],
    ['id sw "0193"', 1, 'id cannot be compared with sw'],
  ])('%s', (filter, position, what) => {
    expect(() => translated(filter)).toThrow(
      new ScimError(400, `The filter is not valid at character ${position}: ${what}.`, 'invalidFilter'),
    );
  });
});
