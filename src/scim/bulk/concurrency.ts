import { canonicalUserName } from '../../domain/canonical.js';
import { isJsonObject, type Json } from '../../domain/profile.js';
import { property } from '../http/message.js';
import type { BulkOperation } from './operations.js';
import { referencesIn } from './references.js';

/** More would wait for each other in the database. */
const MOST_AT_ONCE = 50;

/** Attributes of which a workspace has each value once, so that the order of changes matters. */
const UNIQUE = /username|emails|externalid/i;

/**
 * Splits operations into runs of consecutive ones that may be executed at the same time, because none can affect the
 * result of another one: additions of users with different names, changes of different users that change no name, and
 * deletions of different users. Every other operation is a run of its own.
 */
export function concurrentRuns(operations: readonly BulkOperation[]): readonly (readonly BulkOperation[])[] {
  const runs: BulkOperation[][] = [];
  let current: { readonly kind: string; readonly names: Set<string> } | undefined;
  for (const operation of operations) {
    const independent = independenceOf(operation);
    const run = runs.at(-1);
    const joins =
      run !== undefined &&
      independent !== undefined &&
      independent.kind === current?.kind &&
      run.length < MOST_AT_ONCE &&
      !independent.names.some((name) => current?.names.has(name));
    if (joins) run.push(operation);
    else {
      runs.push([operation]);
      current = independent && { kind: independent.kind, names: new Set() };
    }
    for (const name of independent?.names ?? []) current?.names.add(name);
  }
  return runs;
}

/** The kind of a user's change, and the names that no other one of its run may have; undefined for all others. */
function independenceOf(
  operation: BulkOperation,
): { readonly kind: string; readonly names: readonly string[] } | undefined {
  const { method = '', path, data, fault } = operation;
  if (fault !== undefined || referencesIn(operation).size > 0) return undefined;
  const [, id] = /^\/Users(?:\/([^/?]+))?$/.exec(path) ?? [];
  if (method === 'POST' && path === '/Users' && isJsonObject(data)) {
    const names = [property(data, 'userName'), property(data, 'externalId')];
    return { kind: method, names: names.flatMap(nameIn) };
  }
  const isChange = method === 'DELETE' || (method === 'PATCH' && !UNIQUE.test(JSON.stringify(data ?? null)));
  return id !== undefined && isChange ? { kind: method, names: [id.toLowerCase()] } : undefined;
}

function nameIn(value: Json | undefined): string[] {
  return typeof value === 'string' ? [canonicalUserName(value)] : [];
}
