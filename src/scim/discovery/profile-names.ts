import { PROFILE_ATTRIBUTES } from '../../domain/profile-attributes.js';
import { type AttributeReference, CORE_USER, ENTERPRISE_USER } from './attributes.js';

/** The attributes that the GraphQL schema knows under the same names, and in the same shapes. */
const SHARED: ReadonlySet<string> = new Set(PROFILE_ATTRIBUTES.map(({ name }) => name));

/**
 * Where in GraphQL's profile an attribute stands, or a part of one: its names from the outside inwards.
 * @returns undefined for an attribute that is no part of the profile
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
