import { isJsonList, type Json, type JsonObject } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** The value of a key in any case (RFC 7643 §2.1: "Attribute names are case insensitive"); undefined if it is absent. */
export function property(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase();
  let value: Json | undefined;
  for (const key of Object.keys(object)) {
    // No character beyond ASCII becomes several of ASCII in lower case.
    if (key.length === wanted.length && key.toLowerCase() === wanted) value = object[key];
  }
  return value;
}

/**
 * Refuses a body whose `schemas` name another message. It may be absent, because providers omit it.
 * @param schema the message's URN (RFC 7644 §8.2)
 * @throws ScimError 400 invalidSyntax
 */
export function requireMessage(body: JsonObject, schema: string): void {
  if ((property(body, 'schemas') ?? null) === null) return;
  if (!schemasIn(body).includes(schema.toLowerCase())) throw wrongSchemas(schema);
}

/**
 * Refuses a body whose `schemas` name another kind of resource or message. Unknown URNs are accepted: providers send
 * those of their own extensions, and of older versions of SCIM.
 * @param schema the URN that the body should name
 * @param others URNs of other resources and messages, or their beginnings, in lower case
 * @throws ScimError 400 invalidSyntax
 */
export function refuseOtherSchemas(body: JsonObject, schema: string, others: readonly string[]): void {
  const named = schemasIn(body);
  const isOther = named.some((one) => others.some((other) => one.startsWith(other)));
  if (isOther && !named.includes(schema.toLowerCase())) throw wrongSchemas(schema);
}

/** The URNs in `schemas`, in lower case: RFC 8141 §3.1 compares the beginning of a URN without case. */
function schemasIn(body: JsonObject): string[] {
  const schemas = property(body, 'schemas') ?? [];
  return (isJsonList(schemas) ? schemas : [schemas]).map((one) => String(one).toLowerCase());
}

function wrongSchemas(schema: string): ScimError {
  return new ScimError(400, `The body's schemas must name ${schema}.`, 'invalidSyntax');
}

/** The beginning of the URN of every message (RFC 7644 §8.2). */
export const MESSAGES = 'urn:ietf:params:scim:api:messages:';
