import { isJsonList, type Json, type JsonObject } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** The value of a key in any letter case (RFC 7643 §2.1: "Attribute names are case insensitive"); undefined without. */
export function property(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === wanted)?.[1];
}

/**
 * Refuses a body that says it is something else. One that does not say what it is, is taken at its word: providers
 * leave `schemas` out.
 * @param schema the message's URN (RFC 7644 §8.2)
 * @throws ScimError 400 invalidSyntax
 */
export function requireMessage(body: JsonObject, schema: string): void {
  const schemas = property(body, 'schemas');
  if (schemas === undefined || schemas === null) return;
  const named = isJsonList(schemas) ? schemas : [schemas];
  // RFC 8141 §3.1: URNs are compared without case, as far as it matters here.
  const wanted = schema.toLowerCase();
  if (named.some((one) => typeof one === 'string' && one.toLowerCase() === wanted)) return;
  throw new ScimError(400, `The body's schemas must name ${schema}.`, 'invalidSyntax');
}
