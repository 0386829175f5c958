import { ENTERPRISE_USER } from '../discovery/attributes.js';
import {
  type AttributeReference,
  findSubAttribute,
  resolveName,
  type SchemaReference,
} from '../discovery/names.js';
import type { Filter } from '../filter/ast.js';
import { tokensOf } from '../filter/lexer.js';
import { FilterParser } from '../filter/parser.js';
import { ScimError } from '../http/scim-error.js';

/** An attribute; with `filter`, the values that meet it. */
export interface AttributePath extends AttributeReference {
  readonly filter?: Filter;
}

/** The target of a path: an attribute, or all attributes of one schema. */
export type ScimPath = AttributePath | SchemaReference;

/** How much of a path an error message repeats. */
const SHOWN_LENGTH = 200;

function pathFault(path: string, position: number, fault: string): ScimError {
  return new ScimError(
    400,
    `The path ${JSON.stringify(path.slice(0, SHOWN_LENGTH))} is not valid at character ${position}: ${fault}.`,
    'invalidPath',
  );
}

/** RFC 7644 §3.5.2, figure 7: "PATH = attrPath / valuePath [subAttr]". */
function resolveWithFilter(path: string, within?: string): AttributePath | undefined {
  const name = path.slice(0, path.indexOf('[')).trimEnd();
  const target = resolveName(name, within);
  if (target?.kind !== 'attribute') return undefined;
  if (!target.attribute.multiValued) {
    throw pathFault(
      path,
      name.length + 1,
      `${target.attribute.name} is single-valued, so a filter cannot select from it`,
    );
  }
  const tokens = tokensOf(path);
  const parser = new FilterParser(
    tokens,
    tokens.findIndex(({ kind }) => kind === '['),
    within,
  );
  const filter = parser.valueFilter(target);
  const { kind, text, position } = parser.take();
  if (kind === 'end') return { ...target, filter };
  if (kind !== 'word' || !text.startsWith('.') || parser.token.kind !== 'end') {
    throw pathFault(path, position, `expected a sub-attribute such as .value, or the end, found ${text}`);
  }
  const subAttribute = findSubAttribute(target.attribute, text.slice(1));
  return subAttribute && { ...target, filter, subAttribute };
}

/**
 * Entra names attributes of the enterprise extension without its URN in the paths of some of its requests
 * (`"path": "manager"`). The core schema has none of their names.
 */
function resolveLoosely(name: string, within?: string): ScimPath | undefined {
  const found = resolveName(name, within);
  return found ?? (within === undefined ? resolveName(name, ENTERPRISE_USER) : undefined);
}

/**
 * Reads a key of a value without a path. It may be a path itself: Entra sends `"name.givenName"`,
 * `"urn:…:User:department"` and `"emails[type eq \"work\"].value"`.
 *
 * @param within the URN of the extension object that contains the key
 * @returns undefined for an unknown attribute
 * @throws ScimError 400 `invalidFilter` or `invalidPath` for a known attribute followed by a fault
 */
export function parseKey(key: string, within?: string): ScimPath | undefined {
  return key.includes('[') ? resolveWithFilter(key, within) : resolveLoosely(key.trim(), within);
}

/**
 * Reads the `path` of a PATCH operation: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each also with a
 * schema's URN in front, and a bare URN, in any case.
 *
 * @param resource the core schema of the patched resource
 * @throws ScimError 400 `invalidPath`, or `invalidFilter` for a fault in the filter, with its position.
 */
export function parsePath(text: string, resource?: string): ScimPath {
  const path = parseKey(text, resource);
  if (path === undefined) throw pathFault(text, 1, 'there is no such attribute');
  return path;
}
