import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/profile.js';
import { listing, type ResourceSource } from '../../../src/scim/http/listing.js';
import { allOf } from '../../../src/scim/http/merge.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { request } from './request.js';

/** RFC 7644 §3.4.2.1: several types in one list. Plain arrays replace the queries of the schema. */

type Sources = [ResourceSource, ...ResourceSource[]];

/** @param resources in their order; each is ordered by its `key` */
function source(path: string, resources: readonly JsonObject[]): ResourceSource {
  return {
    path,
    async page(_request, { first, offset = 0, after }) {
      const start = after === undefined ? offset : Number(after);
      const end = start + first;
      return {
        totalResults: resources.length,
        resources: resources.slice(start, end),
        positions: resources.slice(start, end).map(({ key }, index) => ({
          key: typeof key === 'string' ? key : undefined,
          place: String(start + index + 1),
        })),
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

/** Of each type, the keys of its resources; `-` stands for a resource without a value. */
const types = fc.array(fc.array(fc.constantFrom('a', 'b', '\uffff', '\u{10000}', '-'), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 4,
});
const UNSORTED = {};
const orders = fc.constantFrom(UNSORTED, { sortby: 'x' }, { sortby: 'x', sortorder: 'descending' });

/** Sources of these resources, and all that is in them, in order: the order of the types decides where keys do not. */
function sourcesOf(
  keys: readonly (readonly string[])[],
  order: Readonly<Record<string, string>>,
): { sources: Sources; all: JsonObject[] } {
  const rank = ({ key }: JsonObject): number =>
    ['a', 'b', '\uffff', '\u{10000}', undefined].indexOf(key as string);
  const direction = order.sortorder === undefined ? 1 : -1;
  const inOrder = (resources: readonly JsonObject[]): JsonObject[] => {
    const sorted = order === UNSORTED ? [...resources] : resources.toSorted((a, b) => rank(a) - rank(b));
    return direction === 1 ? sorted : sorted.reverse();
  };
  const lists = keys.map((ofType, type) =>
    ofType.map((key, index): JsonObject => {
      const shown = order === UNSORTED ? { key: '' } : key === '-' ? {} : { key };
      return { id: `${type}-${index}`, ...shown };
    }),
  );
  const sources = lists.map((resources, type) => source(`/Type${type}`, inOrder(resources)));
  return { sources: sources as Sources, all: inOrder(lists.flat()) };
}

test('a page by number is that part of all lists in one order', async () => {
  await fc.assert(
    fc.asyncProperty(
      types,
      orders,
      fc.nat({ max: 30 }),
      fc.nat({ max: 10 }),
      async (keys, order, skip, count) => {
        const { sources, all } = sourcesOf(keys, order);
        const place = { startindex: String(skip + 1), count: String(count) };
        expect(await list(allOf(sources), { ...order, ...place })).toMatchObject({
          totalResults: all.length,
          startIndex: skip + 1,
          Resources: all.slice(skip, skip + count),
        });
      },
    ),
  );
});

test('cursors lead through every resource once, in full pages except the last', async () => {
  await fc.assert(
    fc.asyncProperty(types, orders, fc.integer({ min: 1, max: 8 }), async (keys, order, count) => {
      const { sources, all } = sourcesOf(keys, order);
      const pages: JsonObject[][] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const body: ListBody = await list(allOf(sources), { ...order, cursor, count: String(count) });
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
    ] satisfies Sources[]) {
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
