import { expect, test } from 'vitest';
import { concurrentRuns } from '../../../src/scim/bulk/concurrency.js';
import { readBulk } from '../../../src/scim/bulk/operations.js';

/** RFC 7644 §3.7: which operations of a bulk request may be executed at the same time. */

let made = 0;

function post(path: string, data: object) {
  made += 1;
  return { method: 'POST', path, bulkId: `b${made}`, data };
}

const patch = (path: string, value: object) => ({
  method: 'PATCH',
  path,
  data: { Operations: [{ op: 'replace', value }] },
});

/** The sizes of the runs of these operations. */
function sizes(...operations: readonly object[]): number[] {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  const request = readBulk(JSON.parse(JSON.stringify({ schemas, Operations: operations })));
  return concurrentRuns(request.operations).map((run) => run.length);
}

test('additions of users with different names, at most 50', () => {
  const users = Array.from({ length: 120 }, (_, index) =>
    post('/Users', { userName: `m${index}@acme.test` }),
  );
  expect(sizes(...users)).toEqual([50, 50, 20]);
});

test('not additions of one userName in two spellings, or of one externalId', () => {
  expect(
    sizes(post('/Users', { userName: 'ann@acme.test' }), post('/Users', { USERNAME: 'Ann@ACME.test' })),
  ).toEqual([1, 1]);
  expect(
    sizes(
      post('/Users', { userName: 'ann@acme.test', externalId: '1' }),
      post('/Users', { userName: 'ben@acme.test', externalId: '1' }),
    ),
  ).toEqual([1, 1]);
});

test('changes and deletions of different users, which are not mixed', () => {
  expect(sizes(patch('/Users/1', { active: false }), patch('/Users/2', { active: false }))).toEqual([2]);
  expect(sizes({ method: 'DELETE', path: '/Users/1' }, { method: 'DELETE', path: '/Users/2' })).toEqual([2]);
  expect(sizes(patch('/Users/1', { active: false }), { method: 'DELETE', path: '/Users/2' })).toEqual([1, 1]);
});

test('not two changes of one user', () => {
  expect(sizes(patch('/Users/A', { active: false }), patch('/Users/a', { active: true }))).toEqual([1, 1]);
});

test('not changes of names, which one user may take from another', () => {
  expect(
    sizes(patch('/Users/1', { userName: 'old@acme.test' }), patch('/Users/2', { userName: 'new@acme.test' })),
  ).toEqual([1, 1]);
  const put = (id: string) => ({
    method: 'PUT',
    path: `/Users/${id}`,
    data: { userName: `${id}@acme.test` },
  });
  expect(sizes(put('1'), put('2'))).toEqual([1, 1]);
});

test('not groups, and not what refers to another operation', () => {
  expect(sizes(post('/Groups', { displayName: 'A' }), post('/Groups', { displayName: 'B' }))).toEqual([1, 1]);
  const ann = { method: 'POST', path: '/Users', bulkId: 'ann', data: { userName: 'ann@acme.test' } };
  const manager = { manager: { value: 'bulkId:ann' } };
  expect(sizes(ann, post('/Users', { userName: 'ben@acme.test', ...manager }))).toEqual([1, 1]);
  expect(sizes(ann, { method: 'DELETE', path: '/Users/bulkId:ann' })).toEqual([1, 1]);
});

test('not operations that are invalid', () => {
  expect(sizes(post('/Users', { userName: 'ann@acme.test' }), { method: 'POST', path: '/Users' })).toEqual([
    1, 1,
  ]);
});
