import { describe, expect, test } from 'vitest';
import {
  CORE_USER,
  ENTERPRISE_USER,
  ROLLCALL_ALIAS,
  ROLLCALL_USER,
} from '../../../src/scim/discovery/attributes.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { parseKey, parsePath, type ScimPath } from '../../../src/scim/patch/path.js';

function shown(path: ScimPath | undefined): string | undefined {
  if (path?.kind !== 'attribute') return path?.schema;
  const filter = path.filter === undefined ? '' : `[${path.filter.kind}]`;
  const sub = path.subAttribute === undefined ? '' : `.${path.subAttribute.name}`;
  return `${path.schema}:${path.attribute.name}${filter}${sub}`;
}

function fault(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScimError) return [error.status, error.scimType, error.detail];
    throw error;
  }
}

describe('RFC 7644 §3.5.2, figure 7: PATH = attrPath / valuePath [subAttr]', () => {
  test.each([
    ['members of the root', 'displayName', `${CORE_USER}:displayName`],
    ['a part', 'name.familyName', `${CORE_USER}:name.familyName`],
    ['selected values', 'addresses[type eq "work"]', `${CORE_USER}:addresses[comparison]`],
    [
      'a part of selected values',
      'emails[type eq "work" and value pr].value',
      `${CORE_USER}:emails[and].value`,
    ],
    ['behind the core URN', `${CORE_USER}:emails[not (type pr)].value`, `${CORE_USER}:emails[not].value`],
    ['behind an extension', `${ENTERPRISE_USER}:manager.value`, `${ENTERPRISE_USER}:manager.value`],
    ['behind the URN with a dot', `${ROLLCALL_USER}:role`, `${ROLLCALL_USER}:role`],
    ['behind the alias', `${ROLLCALL_ALIAS}:creditLimit`, `${ROLLCALL_USER}:creditLimit`],
    ['a bare URN', ENTERPRISE_USER, ENTERPRISE_USER],
    ['any letter case', 'EMAILS[TYPE EQ "work"].VALUE', `${CORE_USER}:emails[comparison].value`],
    [
      'a bracket and quotes within a text',
      'emails[value eq "]\\"["].type',
      `${CORE_USER}:emails[comparison].type`,
    ],
  ])('%s', (_case, text, canonical) => {
    expect(shown(parsePath(text))).toBe(canonical);
  });

  test.each([
    ['shoeSize', 'The path "shoeSize" is not valid at character 1: there is no such attribute.'],
    ['emails.shoe', 'The path "emails.shoe" is not valid at character 1: there is no such attribute.'],
    [
      'name[givenName eq "a"]',
      'The path "name[givenName eq \\"a\\"]" is not valid at character 5: name is single-valued, so a filter cannot select from it.',
    ],
    [
      'emails[type eq "work"] and',
      'The path "emails[type eq \\"work\\"] and" is not valid at character 24: expected a sub-attribute such as .value, or the end, found and.',
    ],
  ])('400 invalidPath: %s', (text, detail) => {
    expect(fault(() => parsePath(text))).toEqual([400, 'invalidPath', detail]);
  });

  test.each([
    [
      'emails[type eq work]',
      'The filter is not valid at character 16: expected a value (text in double quotes, a number, true, false or null), found work.',
    ],
    [
      'emails[type eq "work"',
      'The filter is not valid at character 22: expected and, or, or ], found the end.',
    ],
    [
      'emails[shoe eq "work"]',
      'The filter is not valid at character 8: emails has no sub-attribute shoe; its sub-attributes are value, display, type, primary.',
    ],
    [
      'schemas[value eq "x"]',
      'The filter is not valid at character 8: schemas has no sub-attributes to filter by.',
    ],
  ])('400 invalidFilter: %s', (text, detail) => {
    expect(fault(() => parsePath(text))).toEqual([400, 'invalidFilter', detail]);
  });
});

describe('keys of a value without a path', () => {
  test('may be paths (Entra)', () => {
    expect(shown(parseKey('emails[type eq "work"].value'))).toBe(`${CORE_USER}:emails[comparison].value`);
    expect(shown(parseKey('department', ENTERPRISE_USER))).toBe(`${ENTERPRISE_USER}:department`);
  });

  test('are undefined when unknown, and refused with a fault in their filter', () => {
    expect(parseKey('shoeSize')).toBeUndefined();
    expect(parseKey('shoes[type eq "left"].size')).toBeUndefined();
    expect(parseKey('urn:acme:params:scim:schemas:extension:1.0:User')).toBeUndefined();
    expect(fault(() => parseKey('emails[type].value'))).toEqual([
      400,
      'invalidFilter',
      'The filter is not valid at character 12: expected an operator, found ].',
    ]);
  });
});
