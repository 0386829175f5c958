import { PROFILE_ATTRIBUTES } from '../../domain/profile-attributes.js';
import { CORE_USER, ENTERPRISE_USER } from './attributes.js';
import type { AttributeReference } from './names.js';

/** The attributes that GraphQL's profile has with the same names and types. */
const SHARED: ReadonlySet<string> = new Set(PROFILE_ATTRIBUTES.map(({ name }) => name));

/**
 * The path of an attribute, or a sub-attribute, in GraphQL's profile.
 * @returns undefined for an attribute that is not part of the profile
 */
export function profileNames({
  schema,
  attribute,
  subAttribute,
}: AttributeReference): readonly [string, ...string[]] | undefined {
  const part = subAttribute === undefined ? [] : [subAttribute.name];
  if (schema === ENTERPRISE_USER) return ['enterprise', attribute.name, ...part];
  return schema === CORE_USER && SHARED.has(attribute.name) ? [attribute.name, ...part] : undefined;
}
