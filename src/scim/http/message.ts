import { isJsonList, type Json, type JsonObject } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** The value of a key in any case (RFC 7643 §2.1: "Attribute names are case insensitive"); undefined if it is absent. */
export function property(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === wanted)?.[1];
}

/**
 * Refuses a body whose `schemas` name another message. Providers leave `schemas` out, so its absence is accepted.
 * @param schema the message's URN (RFC 7644 §8.2)
 * @throws ScimError 400 invalidSyntax
 */
export function requireMessage(body: JsonObject, schema: string): void {
  const schemas = property(body, 'schemas');
  if (schemas === undefined || schemas === null) return;
  const named = isJsonList(schemas) ? schemas : [schemas];
  // RFC 8141 §3.1: the prefix and namespace of a URN are compared without case.
  const wanted = schema.toLowerCase();
  if (named.some((one) => typeof one === 'string' && one.toLowerCase() === wanted)) return;
  throw new ScimError(400, `The body's schemas must name ${schema}.`, 'invalidSyntax');
}
