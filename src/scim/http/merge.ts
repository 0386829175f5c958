import { isJsonList, type JsonObject } from '../../domain/profile.js';
import { isDescending } from '../filter/sort.js';
import type { ScimRequest } from './endpoint.js';
import type { PageRequest, Position, ResourcePage, ResourceSource } from './listing.js';
import { ScimError } from './scim-error.js';

/**
 * Resources of all types as one list in one order (RFC 7644 §3.4.2.1, §3.4.2.3): without `sortBy`, and where it does
 * not decide, type after type, or in reverse when descending. A type without the filter's attributes has no matches; a
 * filter by attributes that no type has is refused.
 * @param sources in the order in which their types are listed
 */
export function allOf(sources: readonly [ResourceSource, ...ResourceSource[]]): ResourceSource {
  const [first, ...others] = sources;
  const all = others.reduce(merged, first);
  return { path: '', page: (request, page) => all.page(request, { ...page, positions: true }) };
}

/** Whether the first key comes before the second, or on a tie belongs to the list that comes first. */
type Precedes = (left: string | undefined, right: string | undefined) => boolean;

/** Merges two lists. A place in the merged list is a place in each of the two. */
function merged(left: ResourceSource, right: ResourceSource): ResourceSource {
  return {
    path: '',
    async page(request, { after, offset = 0, ...page }) {
      const precedes = isDescending(request.query) ? later : notLater;
      const places = after === undefined ? [undefined, undefined] : placesIn(after);
      const both = bothOf(left, right, request);
      const [skipLeft, skipRight] = offset === 0 ? [0, 0] : await divided(both, offset, precedes);
      const pages = await both(
        { ...page, ...startAt(places[0], skipLeft) },
        { ...page, ...startAt(places[1], skipRight) },
      );
      return mergedPage(pages, places, page.first, precedes);
    },
  };
}

function startAt(place: string | undefined, offset: number): Pick<PageRequest, 'after' | 'offset'> {
  return place === undefined ? { offset } : { after: place };
}

function notLater(left: string | undefined, right: string | undefined): boolean {
  // "Last in ascending order": a resource without a value, after all others.
  if (right === undefined) return true;
  // By code point, as collation "C" of the database does; `<` compares UTF-16 code units.
  return left !== undefined && Buffer.compare(Buffer.from(left), Buffer.from(right)) <= 0;
}

function later(left: string | undefined, right: string | undefined): boolean {
  return !notLater(left, right);
}

type Places = readonly (string | undefined)[];

function placesIn(text: string): Places {
  const places: unknown = JSON.parse(text);
  return isJsonList(places) ? places.map((one) => (typeof one === 'string' ? one : undefined)) : [];
}

function mergedPage(
  [left, right]: readonly [ResourcePage, ResourcePage],
  places: Places,
  first: number,
  precedes: Precedes,
): ResourcePage {
  const [lefts, rights] = [entriesOf(left), entriesOf(right)];
  let [leftPlace, rightPlace] = places;
  const resources: JsonObject[] = [];
  const positions: Position[] = [];
  while (resources.length < first) {
    const [one, other] = [lefts[0], rights[0]];
    const isLeft = other === undefined || (one !== undefined && precedes(one.key, other.key));
    const entry = (isLeft ? lefts : rights).shift();
    if (entry === undefined) break;
    if (isLeft) leftPlace = entry.place;
    else rightPlace = entry.place;
    resources.push(entry.resource);
    positions.push({ key: entry.key, place: JSON.stringify([leftPlace ?? null, rightPlace ?? null]) });
  }
  const more = lefts.length + rights.length > 0 || left.next !== undefined || right.next !== undefined;
  return {
    totalResults: left.totalResults + right.totalResults,
    resources,
    positions,
    next: more ? positions.at(-1)?.place : undefined,
  };
}

function entriesOf({ resources, positions = [] }: ResourcePage): (Position & { resource: JsonObject })[] {
  return positions.flatMap((position, index) => {
    const resource = resources[index];
    return resource === undefined ? [] : [{ ...position, resource }];
  });
}

/** Reads a page of each list. */
type Both = (left: PageRequest, right: PageRequest) => Promise<readonly [ResourcePage, ResourcePage]>;

function bothOf(left: ResourceSource, right: ResourceSource, request: ScimRequest): Both {
  return async (leftPage, rightPage) => {
    const refusals: ScimError[] = [];
    const pages = [
      await pageUnlessUnknown(left, request, leftPage, refusals),
      await pageUnlessUnknown(right, request, rightPage, refusals),
    ] as const;
    const [refusal, another] = refusals;
    if (refusal !== undefined && another !== undefined) throw refusal;
    return pages;
  };
}

const NOTHING: ResourcePage = { totalResults: 0, resources: [], positions: [], next: undefined };

async function pageUnlessUnknown(
  source: ResourceSource,
  request: ScimRequest,
  page: PageRequest,
  refusals: ScimError[],
): Promise<ResourcePage> {
  try {
    return await source.page(request, page);
  } catch (error) {
    if (!(error instanceof ScimError) || error.scimType !== 'invalidFilter') throw error;
    refusals.push(error);
    return NOTHING;
  }
}

/**
 * Divides the resources before an offset of the merged list: the number that each list contributes, found by binary
 * search, so that a far page is not read from the beginning.
 */
async function divided(both: Both, offset: number, precedes: Precedes): Promise<readonly [number, number]> {
  const [{ totalResults: lefts }, { totalResults: rights }] = await both(page(0, 0), page(0, 0));
  if (offset >= lefts + rights) return [lefts, rights];
  let low = Math.max(0, offset - lefts);
  let high = Math.min(offset, rights);
  // Most often all of the left list comes first, and then the lowest number is the answer.
  for (let middle = low; low < high; middle = Math.floor((low + high) / 2)) {
    const [left, right] = await both(page(offset - middle - 1, 1), page(middle, 1));
    if (precedes(left.positions?.[0]?.key, right.positions?.[0]?.key)) high = middle;
    else low = middle + 1;
  }
  return [offset - low, low];
}

function page(offset: number, first: number): PageRequest {
  return { offset, first, positions: true, bare: true };
}
