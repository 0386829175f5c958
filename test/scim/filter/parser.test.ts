import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeReference } from '../../../src/scim/discovery/names.js';
import type { Filter } from '../../../src/scim/filter/ast.js';
import { parseFilter } from '../../../src/scim/filter/parser.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';

function name({ attribute, subAttribute }: AttributeReference): string {
  return subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`;
}

/** A filter with every grouping made visible. */
function shown(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.filters.map(shown).join(` ${filter.kind} `)})`;
    case 'not':
      return `not ${shown(filter.filter)}`;
    case 'presence':
      return `${name(filter.target)} pr`;
    case 'comparison':
      return `${name(filter.target)} ${filter.operator} ${JSON.stringify(filter.operand)}`;
    case 'valuePath':
      return `${name(filter.target)}[${shown(filter.filter)}]`;
  }
}

function fault(text: string): string {
  try {
    return shown(parseFilter(text));
  } catch (error) {
    if (error instanceof ScimError && error.status === 400 && error.scimType === 'invalidFilter')
      return error.detail;
    throw error;
  }
}

describe('the examples of RFC 7644 §3.4.2.2', () => {
  test.each([
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['name.familyName co "O\'Malley"', 'name.familyName co "O\'Malley"'],
    ['userName sw "J"', 'userName sw "J"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', 'userName sw "J"'],
    ['title pr', 'title pr'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34.000Z"'],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', 'meta.lastModified ge "2011-05-13T04:42:34.000Z"'],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', 'meta.lastModified lt "2011-05-13T04:42:34.000Z"'],
    ['meta.lastModified le "2011-05-13T04:42:34Z"', 'meta.lastModified le "2011-05-13T04:42:34.000Z"'],
    ['title pr and userType eq "Employee"', '(title pr and userType eq "Employee")'],
    ['title pr or userType eq "Intern"', '(title pr or userType eq "Intern")'],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      '(userType eq "Employee" and (emails.value co "example.com" or emails.value co "example.org"))',
    ],
    [
      'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      '(userType ne "Employee" and not (emails.value co "example.com" or emails.value co "example.org"))',
    ],
    [
      'userType eq "Employee" and (emails.type eq "work")',
      '(userType eq "Employee" and emails.type eq "work")',
    ],
    [
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      '(userType eq "Employee" and emails[(emails.type eq "work" and emails.value co "@example.com")])',
    ],
    [
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      '(emails[(emails.type eq "work" and emails.value co "@example.com")] or ims[(ims.type eq "xmpp" and ims.value co "@foo.com")])',
    ],
  ])('%s', (text, meaning) => {
    expect(shown(parseFilter(text))).toBe(meaning);
  });
});

describe('order of operations (RFC 7644 §3.4.2.2): grouping, then "not", then "and", then "or"', () => {
  test.each([
    ['id pr or title pr and userType pr', '(id pr or (title pr and userType pr))'],
    ['(id pr or title pr) and userType pr', '((id pr or title pr) and userType pr)'],
    ['not (id pr) and title pr', '(not id pr and title pr)'],
    ['not(id pr and not(title pr))', 'not (id pr and not title pr)'],
    ['((id pr))', 'id pr'],
  ])('%s', (text, meaning) => {
    expect(shown(parseFilter(text))).toBe(meaning);
  });
});

describe('"Attribute names, operators and enum values are compared without case"', () => {
  test.each([
    ['USERNAME Eq "a"', 'userName eq "a"'],
    ['id PR AND NOT (title Pr) oR active EQ TRUE', '((id pr and not title pr) or active eq true)'],
    ['URN:BASE44:params:scim:schemas:extension:user:2.0:ROLE eq "admin"', 'role eq "admin"'],
    ['urn:ietf:params:scim:schemas:extension:base44:2.0:User:creditLimit gt 5', 'creditLimit gt 5'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "7"', 'manager.value eq "7"'],
  ])('%s', (text, meaning) => {
    expect(shown(parseFilter(text))).toBe(meaning);
  });
});

describe('values (RFC 7644: "compValue = false / null / true / number / string")', () => {
  test.each([
    ['a string with escapes of JSON', 'title eq "a \\"b\\" \\u00e9 \\\\"', 'title eq "a \\"b\\" é \\\\"'],
    ['brackets and keywords within a string', 'title eq ") or (id pr"', 'title eq ") or (id pr"'],
    ['a boolean in quotes (Entra)', 'active eq "True"', 'active eq true'],
    ['digits in quotes', 'creditLimit eq "500"', 'creditLimit eq 500'],
    ['any number of JSON', 'creditLimit lt 1.5E3', 'creditLimit lt 1500'],
    ['null', 'externalId eq null', 'externalId eq null'],
    [
      'a time with an offset',
      'meta.created gt "2026-01-31T12:00:00.5+02:00"',
      'meta.created gt "2026-01-31T10:00:00.500Z"',
    ],
    [
      'a time without one: UTC',
      'meta.created gt "2026-01-31T12:00:00"',
      'meta.created gt "2026-01-31T12:00:00.000Z"',
    ],
    [
      'one value that meets both (Entra)',
      'emails[type eq "work"].value eq "a"',
      'emails[(emails.type eq "work" and emails.value eq "a")]',
    ],
  ])('%s', (_case, text, meaning) => {
    expect(shown(parseFilter(text))).toBe(meaning);
  });
});

describe('400 invalidFilter with the position, never "everybody"', () => {
  test.each([
    ['', 1, 'expected an attribute, found the end'],
    ['   ', 4, 'expected an attribute, found the end'],
    ['shoeSize eq 42', 1, 'there is no attribute shoeSize'],
    ['title pr and password pr', 14, 'there is no attribute password'],
    [
      'userName is "a"',
      10,
      'there is no operator is; the operators are eq, ne, co, sw, ew, gt, ge, lt, le and pr',
    ],
    ['userName', 9, 'expected an operator, found the end'],
    [
      'userName eq',
      12,
      'expected a value (text in double quotes, a number, true, false or null), found the end',
    ],
    [
      'userName eq ann',
      13,
      'expected a value (text in double quotes, a number, true, false or null), found ann',
    ],
    [
      "userName eq 'ann'",
      13,
      "expected a value (text in double quotes, a number, true, false or null), found 'ann'",
    ],
    [
      'userName eq 01',
      13,
      'expected a value (text in double quotes, a number, true, false or null), found 01',
    ],
    ['userName eq "ann', 13, 'a closing quote is missing'],
    ['userName eq "\\x"', 13, 'this text in quotes is not a JSON string'],
    ['userName eq "\\u0000"', 13, 'text cannot contain the character NUL'],
    ['displayName eq "\\ud800"', 16, 'text cannot contain half of a surrogate pair'],
    ['(title pr', 10, 'expected and, or, or a closing parenthesis, found the end'],
    ['title pr)', 9, 'expected and, or, or the end, found )'],
    ['title pr title pr', 10, 'expected and, or, or the end, found title'],
    ['title pr and', 13, 'expected an attribute, found the end'],
    ['not title pr', 5, 'expected a parenthesis after not, found title'],
    ['title[type pr]', 6, 'title has no sub-attributes to filter by'],
    ['emails[type[value pr]]', 12, 'type has no sub-attributes to filter by'],
    [
      'emails[shoe pr]',
      8,
      'emails has no sub-attribute shoe; its sub-attributes are value, display, type, primary',
    ],
    [
      'addresses co "x"',
      1,
      'addresses has no sub-attribute value; its sub-attributes are formatted, streetAddress, locality, region, postalCode, country, type, primary',
    ],
    ['active gt true', 8, 'active cannot be compared with gt'],
    ['active co "t"', 8, 'active cannot be compared with co'],
    ['creditLimit sw 5', 13, 'creditLimit cannot be compared with sw'],
    ['x509Certificates.value gt "a"', 24, 'value cannot be compared with gt'],
    ['active eq "x"', 11, 'active is compared with true or false'],
    ['userName eq true', 13, 'userName is compared with text in double quotes'],
    ['creditLimit eq "many"', 16, 'creditLimit is compared with a number'],
    ['meta.created gt "yesterday"', 17, 'created is compared with a time such as "2026-01-31T12:00:00Z"'],
    [
      'meta.created gt "0000-01-01T00:00:00Z"',
      17,
      'created is compared with a time such as "2026-01-31T12:00:00Z"',
    ],
    [
      'meta.created gt "2026-02-30T00:00:00Z"',
      17,
      'created is compared with a time such as "2026-01-31T12:00:00Z"',
    ],
    ['title gt null', 10, 'null can be compared with eq and ne only'],
    [`title eq "${'x'.repeat(4096)}"`, 4097, 'a filter has at most 4096 characters'],
    [`${'('.repeat(33)}id pr${')'.repeat(33)}`, 34, 'a filter nests at most 32 levels deep'],
  ])('%s', (text, position, what) => {
    expect(fault(text)).toBe(`The filter is not valid at character ${position}: ${what}.`);
  });

  test('any text is a filter or invalidFilter', () => {
    const word = fc.constantFrom(
      'userName',
      'emails',
      'active',
      'type',
      'eq',
      'pr',
      'not',
      'and',
      'or',
      '(',
      ')',
      '[',
      ']',
      '"a"',
      '1',
      'true',
      'null',
      '.value',
      '"',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          expect(typeof fault(text)).toBe('string');
        },
      ),
      { numRuns: 500 },
    );
  });
});
