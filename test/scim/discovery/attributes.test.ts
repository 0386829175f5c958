import { describe, expect, test } from 'vitest';
import {
  CORE_USER,
  ENTERPRISE_USER,
  ROLLCALL_ALIAS,
  ROLLCALL_USER,
  schemasFor,
} from '../../../src/scim/discovery/attributes.js';
import { resolveName } from '../../../src/scim/discovery/names.js';

/** The home of a name, as `URN:attribute.sub`. */
function home(name: string, within?: string): string | undefined {
  const found = resolveName(name, within);
  if (found?.kind !== 'attribute') return found?.schema;
  const sub = found.subAttribute === undefined ? '' : `.${found.subAttribute.name}`;
  return `${found.schema}:${found.attribute.name}${sub}`;
}

describe('where our attributes live (spec "Where our attributes live")', () => {
  const places = ['', `${CORE_USER}:`, `${ROLLCALL_USER}:`, `${ROLLCALL_ALIAS}:`];

  test.each([
    ['role', `${ROLLCALL_USER}:role`],
    ['creditLimit', `${ROLLCALL_USER}:creditLimit`],
    ['seatType', `${CORE_USER}:seatType`],
  ])('%s is found in every place and in any case', (name, canonical) => {
    for (const place of places) {
      expect(home(`${place}${name}`)).toBe(canonical);
      expect(home(`${place}${name}`.toUpperCase())).toBe(canonical);
      expect(home(`${place}${name}`.toLowerCase())).toBe(canonical);
    }
    expect(home(name, ROLLCALL_USER)).toBe(canonical);
    expect(home(name, ROLLCALL_ALIAS)).toBe(canonical);
  });

  test('are neither under the enterprise extension nor under a URN that only begins like ours', () => {
    expect(home(`${ENTERPRISE_USER}:role`)).toBeUndefined();
    expect(home('role', ENTERPRISE_USER)).toBeUndefined();
    expect(home('urn:base44:params:scim:schemas:extension:user:2.0.role')).toBeUndefined();
    expect(home('urn:base44:params:scim:schemas:extension:user:2:role')).toBeUndefined();
  });
});

describe('names (RFC 7644 §3.10)', () => {
  test.each([
    ['userName', `${CORE_USER}:userName`],
    ['NAME.GIVENNAME', `${CORE_USER}:name.givenName`],
    [`${CORE_USER}:emails.value`, `${CORE_USER}:emails.value`],
    [`${ENTERPRISE_USER}:department`, `${ENTERPRISE_USER}:department`],
    [`${ENTERPRISE_USER}:manager.$ref`, `${ENTERPRISE_USER}:manager.$ref`],
    ['meta.lastModified', `${CORE_USER}:meta.lastModified`],
    [ENTERPRISE_USER.toLowerCase(), ENTERPRISE_USER],
    [ROLLCALL_ALIAS, ROLLCALL_USER],
  ])('%s', (name, canonical) => {
    expect(home(name)).toBe(canonical);
  });

  test.each([
    '',
    '.',
    'shoeSize',
    'department',
    'name.',
    'name.givenName.first',
    'userName.value',
    '__proto__',
    'constructor',
    'toString',
    `${ENTERPRISE_USER}:`,
    `${ENTERPRISE_USER}:userName`,
    'urn:acme:User:role',
  ])('%j is not an attribute', (name) => {
    expect(home(name)).toBeUndefined();
  });
});

describe('the schemas describe the version of the workspace (spec "Discovery")', () => {
  function names(version: 'V1' | 'V2', urn: string): readonly string[] | undefined {
    return schemasFor(version)
      .find(({ id }) => id === urn)
      ?.attributes.map(({ name }) => name);
  }

  test('V1 has seatType at the root and no extension of ours', () => {
    expect(names('V1', CORE_USER)).toContain('seatType');
    expect(names('V1', ROLLCALL_USER)).toBeUndefined();
  });

  test('V2 has the extension and no seatType', () => {
    expect(names('V2', CORE_USER)).not.toContain('seatType');
    expect(names('V2', ROLLCALL_USER)).toEqual(['role', 'creditLimit']);
  });

  test('no version has a password (rule 20)', () => {
    expect(names('V1', CORE_USER)).not.toContain('password');
    expect(names('V2', CORE_USER)).not.toContain('password');
  });

  test('an attribute has every characteristic of RFC 7643 §7', () => {
    const [core] = schemasFor('V2');
    expect(core?.attributes.find(({ name }) => name === 'userName')).toEqual({
      name: 'userName',
      type: 'string',
      multiValued: false,
      description: 'The name of the user, normally the e-mail address.',
      required: true,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    });
  });
});
