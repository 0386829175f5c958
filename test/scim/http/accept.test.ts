import { expect, test } from 'vitest';
import { acceptsScim } from '../../../src/scim/http/accept.js';

test.each([
  undefined,
  '',
  ' , ',
  'rubbish',
  'application/scim+json',
  'application/json',
  'APPLICATION/SCIM+JSON; charset=utf-8',
  'application/json;odata=verbose;q=0.1',
  'application/*',
  '*/*',
  'text/html, image/gif, *; q=.2, */*; q=.2',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html, application/json;q=0.001',
  'application/scim+json;q=0, application/json',
])('%j is answered in application/scim+json', (accept) => {
  expect(acceptsScim(accept)).toBe(true);
});

test.each([
  'text/html',
  'application/xml, text/*',
  'application/vnd.api+json',
  'application/jsonp',
  '*/*;q=0',
  'application/json; q=0.000, text/html',
  'application/scim+json;charset=utf-8;Q=0',
])('%j is refused', (accept) => {
  expect(acceptsScim(accept)).toBe(false);
});
