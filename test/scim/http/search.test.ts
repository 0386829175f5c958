import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { SEARCH_REQUEST, searchQuery } from '../../../src/scim/http/search.js';

/** RFC 7644 §3.4.3: a body is the query that it stands for. */

test('every parameter becomes one of a GET request', () => {
  const query = searchQuery({
    schemas: [SEARCH_REQUEST],
    attributes: ['displayName', 'userName'],
    excludedAttributes: ['meta'],
    filter: 'displayName sw "smith"',
    sortBy: 'userName',
    sortOrder: 'descending',
    startIndex: 11,
    count: 10,
    cursor: '',
  });
  expect(Object.fromEntries(query)).toEqual({
    attributes: 'displayName,userName',
    excludedattributes: 'meta',
    filter: 'displayName sw "smith"',
    sortby: 'userName',
    sortorder: 'descending',
    startindex: '11',
    count: '10',
    cursor: '',
  });
});

test.each([
  ['nothing at all', {}, {}],
  ['no schemas, any letter case', { FILTER: 'id pr', Count: 2 }, { filter: 'id pr', count: '2' }],
  ['the URN in another letter case', { schemas: [SEARCH_REQUEST.toUpperCase()], count: 1 }, { count: '1' }],
  ['null is not sent', { filter: null, attributes: null, cursor: null }, {}],
  [
    'numbers and lists as a query has them',
    { count: '5', attributes: 'id,meta' },
    { count: '5', attributes: 'id,meta' },
  ],
  ['an empty list', { attributes: [] }, { attributes: '' }],
  ['what is no parameter', { domain: 'x', __proto__: { filter: 'id pr' } }, {}],
])('%s', (_name, body, expected) => {
  expect(Object.fromEntries(searchQuery(body))).toEqual(expected);
});

describe('refused', () => {
  test.each([
    [{ filter: 5 }, 'filter must be text.'],
    [{ cursor: ['x'] }, 'cursor must be text.'],
    [{ count: true }, 'count must be a whole number.'],
    [{ startIndex: {} }, 'startIndex must be a whole number.'],
    [{ attributes: [1] }, 'attributes must be a list of attribute names.'],
    [{ excludedAttributes: { userName: true } }, 'excludedAttributes must be a list of attribute names.'],
    [{ count: 1, COUNT: 2 }, 'The body has COUNT more than once.'],
  ])('%j: invalidValue', (body, detail) => {
    expect(() => searchQuery(body)).toThrow(new ScimError(400, detail, 'invalidValue'));
  });

  test.each([[['urn:ietf:params:scim:api:messages:2.0:PatchOp']], [[]], ['x'], [7]])(
    'another message, schemas %j: invalidSyntax',
    (schemas) => {
      expect(() => searchQuery({ schemas })).toThrow(
        new ScimError(400, `The body's schemas must name ${SEARCH_REQUEST}.`, 'invalidSyntax'),
      );
    },
  );
});
