import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/profile.js';
import { allOf, listing, type ResourceSource } from '../../../src/scim/http/listing.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { request } from './request.js';

/** RFC 7644 §3.4.2.1: several types in one list. Plain arrays replace the queries of the schema. */

function source(path: string, resources: readonly JsonObject[]): ResourceSource {
  return {
    path,
    async page(_request, { first, offset = 0, after }) {
      const start = after === undefined ? offset : Number(after);
      const end = start + first;
      return {
        totalResults: resources.length,
        resources: resources.slice(start, end),
        // As in GraphQL, an empty page has no next position.
        next: first > 0 && end < resources.length ? String(end) : undefined,
      };
    },
  };
}

function refusing(path: string, error: Error): ResourceSource {
  return {
    path,
    async page() {
      throw error;
    },
  };
}

interface ListBody {
  readonly totalResults: number;
  readonly startIndex?: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
  readonly Resources: readonly JsonObject[];
}

async function list(from: ResourceSource, query: Readonly<Record<string, string>>): Promise<ListBody> {
  const { body } = await listing(from)(request({ query: new Map(Object.entries(query)) }));
  return body as ListBody;
}

const sizes = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 4 });

/** Sources of these sizes, and all that is in them, in order. */
function sourcesOf(lengths: readonly number[]): { sources: ResourceSource[]; all: JsonObject[] } {
  const lists = lengths.map((length, type) =>
    Array.from({ length }, (_, index) => ({ id: `${type}-${index}` })),
  );
  return { sources: lists.map((resources, type) => source(`/Type${type}`, resources)), all: lists.flat() };
}

test('a page by number is that part of the concatenated lists', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat({ max: 30 }), fc.nat({ max: 10 }), async (lengths, skip, count) => {
      const { sources, all } = sourcesOf(lengths);
      const body = await list(allOf(sources), { startindex: String(skip + 1), count: String(count) });
      expect(body).toMatchObject({
        totalResults: all.length,
        startIndex: skip + 1,
        Resources: all.slice(skip, skip + count),
      });
    }),
  );
});

test('cursors lead through every resource once, in full pages except the last', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 8 }), async (lengths, count) => {
      const { sources, all } = sourcesOf(lengths);
      const pages: JsonObject[][] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const body: ListBody = await list(allOf(sources), { cursor, count: String(count) });
        expect(body.totalResults).toBe(all.length);
        expect(body).not.toHaveProperty('startIndex');
        pages.push([...body.Resources]);
        cursor = body.nextCursor;
      }
      expect(pages.flat()).toEqual(all);
      expect(pages).toHaveLength(Math.max(1, Math.ceil(all.length / count)));
    }),
  );
});

describe('a filter by an attribute that a type does not have', () => {
  const unknown = new ScimError(400, 'there is no attribute userName', 'invalidFilter');
  const users = source('/Users', [{ id: 'a' }, { id: 'b' }]);

  test('matches no resource of that type', async () => {
    for (const sources of [
      [users, refusing('/Groups', unknown)],
      [refusing('/Groups', unknown), users],
    ]) {
      expect(await list(allOf(sources), {})).toMatchObject({ totalResults: 2, itemsPerPage: 2 });
    }
  });

  test('is 400 invalidFilter when no type has the attribute', async () => {
    await expect(list(allOf([refusing('/Users', unknown), refusing('/Groups', unknown)]), {})).rejects.toBe(
      unknown,
    );
  });

  test('passes on any other refusal', async () => {
    const other = new ScimError(400, 'something else', 'invalidValue');
    await expect(list(allOf([users, refusing('/Groups', other)]), {})).rejects.toBe(other);
  });
});
