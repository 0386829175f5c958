import { describe, expect, test } from 'vitest';
import { discoveryUrlOf, readDomain, sameIssuer } from '../../src/domain/sso.js';
import { refusalOf } from './refusal.js';

const WELL_KNOWN = '/.well-known/openid-configuration';
const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

describe('rule 37: the discovery URL', () => {
  test.each([
    ['acme.okta.com', 'https://acme.okta.com'],
    [' https://Acme.okta.com/ ', 'https://acme.okta.com'],
    ['acme-admin.okta.com', 'https://acme.okta.com'],
    ['acme-admin.oktapreview.com', 'https://acme.oktapreview.com'],
    ['login.acme.com', 'https://login.acme.com'],
  ])('of the Okta domain %s', (oktaDomain, issuer) => {
    expect(discoveryUrlOf('OKTA', { oktaDomain }, false)).toBe(`${issuer}${WELL_KNOWN}`);
  });

  test('of the Entra tenant', () => {
    expect(discoveryUrlOf('MICROSOFT_ENTRA_ID', { entraTenantId: TENANT.toUpperCase() }, false)).toBe(
      `https://login.microsoftonline.com/${TENANT}/v2.0${WELL_KNOWN}`,
    );
  });

  test('of Google', () => {
    expect(discoveryUrlOf('GOOGLE_WORKSPACE', {}, false)).toBe(`https://accounts.google.com${WELL_KNOWN}`);
  });

  test.each([
    ['https://idp.acme.com', 'https://idp.acme.com'],
    ['https://idp.acme.com/', 'https://idp.acme.com'],
    ['https://idp.acme.com/realms/acme', 'https://idp.acme.com/realms/acme'],
    [`https://idp.acme.com/realms/acme${WELL_KNOWN}`, 'https://idp.acme.com/realms/acme'],
  ])('of any provider, as it was sent: %s', (discoveryUrl, issuer) => {
    expect(discoveryUrlOf('OTHER_OIDC', { discoveryUrl }, false)).toBe(`${issuer}${WELL_KNOWN}`);
  });

  test.each([
    'http://idp.acme.com',
    'idp.acme.com',
    'https://user:password@idp.acme.com',
    'https://idp.acme.com/?x=1',
    'https://idp.acme.com/#x',
    'javascript:alert(1)',
    `https://idp.acme.com/${'x'.repeat(600)}`,
  ])('refuses %.40s', (discoveryUrl) => {
    expect(refusalOf(() => discoveryUrlOf('OTHER_OIDC', { discoveryUrl }, false))).toMatchObject({
      code: 'INVALID_INPUT',
      attribute: 'discoveryUrl',
    });
  });

  test('may be http in development', () => {
    expect(discoveryUrlOf('OTHER_OIDC', { discoveryUrl: 'http://127.0.0.1:4001' }, true)).toBe(
      `http://127.0.0.1:4001${WELL_KNOWN}`,
    );
  });

  test.each([
    ['OKTA', { oktaDomain: 'acme' }, 'oktaDomain'],
    ['OKTA', { oktaDomain: 'acme.okta.com/path' }, 'oktaDomain'],
    ['OKTA', {}, 'oktaDomain'],
    ['OTHER_OIDC', { oktaDomain: 'acme.okta.com' }, 'oktaDomain'],
    ['OTHER_OIDC', {}, 'discoveryUrl'],
    ['MICROSOFT_ENTRA_ID', {}, 'entraTenantId'],
    ['MICROSOFT_ENTRA_ID', { entraTenantId: 'common' }, 'entraTenantId'],
    ['MICROSOFT_ENTRA_ID', { entraTenantId: 'acme.onmicrosoft.com' }, 'entraTenantId'],
    // The tenant of everybody with a private Microsoft account.
    ['MICROSOFT_ENTRA_ID', { entraTenantId: '9188040d-6c67-4c5b-b112-36a304b66dad' }, 'entraTenantId'],
    [
      'MICROSOFT_ENTRA_ID',
      { discoveryUrl: 'https://login.microsoftonline.com/organizations/v2.0' },
      'discoveryUrl',
    ],
  ] as const)('of %s with %j is refused', (provider, location, attribute) => {
    expect(refusalOf(() => discoveryUrlOf(provider, location, false))).toMatchObject({
      code: 'INVALID_INPUT',
      attribute,
    });
  });
});

describe('rule 42: domains', () => {
  test.each([
    ['acme.com', 'acme.com'],
    [' @ACME.com. ', 'acme.com'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['mail.acme.co.uk', 'mail.acme.co.uk'],
  ])('%s is accepted', (text, domain) => {
    expect(readDomain(text)).toBe(domain);
  });

  test.each([
    '',
    'com',
    'localhost',
    '10.0.0.1',
    'acme..com',
    '-acme.com',
    'ac me.com',
    'acme.com/x',
    'a@b.com',
    '*.acme.com',
  ])('%s is refused', (text) => {
    expect(refusalOf(() => readDomain(text))).toMatchObject({
      code: 'INVALID_INPUT',
      attribute: 'domain',
    });
  });
});

test('issuers are compared without a slash at the end', () => {
  expect(sameIssuer('https://a.test/', 'https://a.test')).toBe(true);
  expect(sameIssuer('https://a.test', 'https://a.test/x')).toBe(false);
});
