import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { parsePatch } from '../../../src/scim/patch/operations.js';

function fault(body: unknown): unknown {
  try {
    return parsePatch(body);
  } catch (error) {
    if (error instanceof ScimError) return [error.status, error.scimType, error.detail];
    throw error;
  }
}

describe('RFC 7644 §3.5.2: the body of a PATCH', () => {
  test('Okta omits schemas and path', () => {
    expect(parsePatch({ Operations: [{ op: 'replace', value: { active: false } }] })).toEqual([
      { op: 'replace', value: { active: false } },
    ]);
  });

  test('keys and operations are read without case (Entra: "Replace")', () => {
    const [operation] = parsePatch({ operations: [{ OP: 'Replace', Path: 'ACTIVE', Value: 'False' }] });
    expect(operation).toMatchObject({
      op: 'replace',
      path: { attribute: { name: 'active' } },
      value: 'False',
    });
  });

  test.each(['', null])('a path of %j counts as absent (OneLogin)', (path) => {
    expect(parsePatch({ Operations: [{ op: 'add', path, value: { title: 'x' } }] })).toEqual([
      { op: 'add', value: { title: 'x' } },
    ]);
  });

  const list = 'The body must have a list Operations with at least one operation.';
  test.each([
    ['no object', [], 'invalidSyntax', list],
    ['no Operations', { schemas: [] }, 'invalidSyntax', list],
    ['Operations that are no list', { Operations: { op: 'add' } }, 'invalidSyntax', list],
    ['no operation', { Operations: [] }, 'invalidSyntax', list],
    [
      'too many of them',
      { Operations: Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' })) },
      'invalidValue',
      'A request has at most 1000 Operations.',
    ],
    [
      'an operation that is no object',
      { Operations: ['add'] },
      'invalidSyntax',
      'Operations[0] must be an object.',
    ],
    [
      'another operation',
      { Operations: [{ op: 'move', path: 'title', value: 1 }] },
      'invalidSyntax',
      'Operations[0].op must be add, replace or remove.',
    ],
    [
      'no operation named',
      { Operations: [{ value: {} }] },
      'invalidSyntax',
      'Operations[0].op must be add, replace or remove.',
    ],
    [
      'a path that is no text',
      { Operations: [{ op: 'add', path: 1, value: 1 }] },
      'invalidPath',
      'Operations[0].path must be text.',
    ],
    [
      'no value',
      { Operations: [{ op: 'add', path: 'title' }] },
      'invalidValue',
      'Operations[0] needs a value.',
    ],
    [
      'no path, and a value that is no object',
      { Operations: [{ op: 'replace', value: 'x' }] },
      'invalidValue',
      'Operations[0] has no path, so its value must be an object.',
    ],
    [
      'remove without a path',
      { Operations: [{ op: 'remove', value: { title: 'x' } }] },
      'noTarget',
      'Operations[0] needs a path: it must say what to remove.',
    ],
    [
      'an unknown path, whatever stands before it',
      {
        Operations: [
          { op: 'remove', path: 'title' },
          { op: 'add', path: 'shoeSize', value: 42 },
        ],
      },
      'invalidPath',
      'The path "shoeSize" is not valid at character 1: there is no such attribute.',
    ],
  ])('400 for %s', (_case, body, scimType, detail) => {
    expect(fault(body)).toEqual([400, scimType, detail]);
  });
});
