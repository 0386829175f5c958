import { isJsonObject, type Json, type JsonObject, parseAttribute } from '../../domain/profile.js';
import type { ScimAttribute } from '../discovery/attributes.js';
import { findSubAttribute } from '../discovery/names.js';
import type { PatchOperation } from './operations.js';
import { withPart } from './parts.js';
import type { AttributePath } from './path.js';

/**
 * RFC 7644 §3.5.2.3: "If the target location specifies a complex attribute, a set of sub-attributes SHALL be specified
 * in the "value" parameter that replaces any existing values or adds where an attribute did not previously exist.
 * Sub-attributes that are not specified SHALL be left unchanged."
 */
function mergeComplex(
  attribute: ScimAttribute,
  current: JsonObject,
  sent: JsonObject,
): JsonObject | undefined {
  let merged: JsonObject | undefined = current;
  for (const [name, value] of Object.entries(sent)) {
    const part = findSubAttribute(attribute, name);
    if (part === undefined || part.mutability === 'readOnly') continue;
    merged = withPart(merged ?? {}, part.name, parseAttribute(part, value, `${attribute.name}.${part.name}`));
  }
  return merged;
}

/** Applies one operation to a single-valued attribute; undefined when it is removed. */
export function patchSingle(
  current: Json | undefined,
  op: PatchOperation['op'],
  { attribute, subAttribute: part }: AttributePath,
  value: Json | undefined,
): Json | undefined {
  const parts = isJsonObject(current) ? current : {};
  if (part !== undefined) {
    const sent = op === 'remove' ? undefined : parseAttribute(part, value, `${attribute.name}.${part.name}`);
    return withPart(parts, part.name, sent);
  }
  if (op === 'remove') return undefined;
  if (attribute.type === 'complex' && isJsonObject(value)) return mergeComplex(attribute, parts, value);
  return parseAttribute(attribute, value);
}
