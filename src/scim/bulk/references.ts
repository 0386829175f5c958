import { isJsonList, isJsonObject, type Json } from '../../domain/profile.js';
import type { BulkOperation } from './operations.js';

/** RFC 7644 §3.7.2: "the value of "bulkId" prefixed with the string "bulkId:"". */
const REFERENCE = /^bulkId:(.+)$/is;

/** Deeper than any resource; deeper values are not searched. */
const MAX_DEPTH = 32;

/** The id of a bulkId's resource; undefined until it has been created. */
type Resolve = (bulkId: string) => string | undefined;

/** The bulkIds that an operation refers to, in its path and as whole strings anywhere in its data. */
export function referencesIn(operation: BulkOperation): ReadonlySet<string> {
  const found = new Set<string>();
  resolved(operation, (bulkId) => {
    found.add(bulkId);
    return undefined;
  });
  return found;
}

/** The path and the data of an operation, with ids substituted for bulkIds. */
export function resolved(
  { path, data }: BulkOperation,
  resolve: Resolve,
): { readonly path: string; readonly data: Json | undefined } {
  const [resource = '', ...query] = path.split('?');
  const segments = resource.split('/').map((segment) => resolvedText(segment, resolve));
  return {
    path: [segments.join('/'), ...query].join('?'),
    data: data === undefined ? undefined : resolvedValue(data, resolve, 0),
  };
}

function resolvedText(text: string, resolve: Resolve): string {
  const bulkId = REFERENCE.exec(text)?.[1];
  return bulkId === undefined ? text : (resolve(bulkId) ?? text);
}

function resolvedValue(value: Json, resolve: Resolve, depth: number): Json {
  if (typeof value === 'string') return resolvedText(value, resolve);
  if (depth === MAX_DEPTH) return value;
  if (isJsonList(value)) return value.map((one) => resolvedValue(one, resolve, depth + 1));
  if (!isJsonObject(value)) return value;
  // `fromEntries` defines properties, so that `__proto__` is an ordinary key.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, resolvedValue(one, resolve, depth + 1)]),
  );
}

export interface Plan {
  /** The operations in the order sent, except that those which create a referenced resource come first. */
  readonly order: readonly BulkOperation[];
  /** The operations that refer to each other in a circle. */
  readonly circular: ReadonlySet<BulkOperation>;
}

/** Orders operations so that references can be resolved (RFC 7644 §3.7.1, §3.7.2). */
export function planOf(operations: readonly BulkOperation[]): Plan {
  const creators = creatorsIn(operations);
  const order: BulkOperation[] = [];
  const circular = new Set<BulkOperation>();
  const begun = new Set<BulkOperation>();
  /** The operations on the current path, each of which refers to the next. */
  const waiting: BulkOperation[] = [];
  const place = (operation: BulkOperation): void => {
    if (begun.has(operation)) {
      const start = waiting.indexOf(operation);
      if (start !== -1) for (const one of waiting.slice(start)) circular.add(one);
      return;
    }
    begun.add(operation);
    waiting.push(operation);
    for (const bulkId of referencesIn(operation)) {
      const creator = creators.get(bulkId);
      if (creator !== undefined) place(creator);
    }
    waiting.pop();
    order.push(operation);
  };
  operations.forEach(place);
  return { order, circular };
}

/** The operations with POST by their bulkIds. */
export function creatorsIn(operations: readonly BulkOperation[]): ReadonlyMap<string, BulkOperation> {
  const creators = new Map<string, BulkOperation>();
  for (const operation of operations) {
    const { method, bulkId, fault } = operation;
    const isFirst = bulkId !== undefined && !creators.has(bulkId);
    if (method === 'POST' && isFirst && fault === undefined) creators.set(bulkId, operation);
  }
  return creators;
}
