import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/scim/http/endpoint.js';
import { routesOf } from '../../../src/scim/http/routes.js';

const endpoint = (path: string): Endpoint => ({ path, methods: {} });

const users = endpoint('/Users');
const user = endpoint('/Users/:id');
const search = endpoint('/Users/.search');
const root = endpoint('/.search');
const config = endpoint('/ServiceProviderConfig');
const routes = routesOf([users, user, search, root, config]);

describe('the paths of endpoints', () => {
  it.each([
    ['/Users', users],
    ['/Users/', users],
    ['/users', users],
    ['/Users?filter=userName eq "a/b"', users],
    ['/Users/?count=1', users],
    ['/ServiceProviderConfig', config],
    ['/.search', root],
  ])('%s is an endpoint without an id', (path, found) => {
    expect(routes(path)).toStrictEqual({ endpoint: found, id: '' });
  });

  it.each([
    ['/Users/0190', '0190'],
    ['/USERS/AbC/', 'AbC'],
    ['/Users/a%2Fb%20c?attributes=userName', 'a/b c'],
  ])('%s has the id %s, decoded, in its own case', (path, id) => {
    expect(routes(path)).toStrictEqual({ endpoint: user, id });
  });

  it('an endpoint takes precedence over an id: /Users/.search', () => {
    expect(routes('/Users/.search')).toStrictEqual({ endpoint: search, id: '' });
  });

  it.each([
    '',
    '/',
    '/Nothing',
    '/Nothing/1',
    '/Users/1/2',
    '//Users',
    '/Users//',
    '/:id',
    '?a=b',
    'Users/1',
  ])('%j has no endpoint', (path) => {
    expect(routes(path)).toBeUndefined();
  });

  it('wrong percent-encoding throws URIError', () => {
    expect(() => routes('/Users/%E0%A4%A')).toThrow(URIError);
  });
});
