import { PROFILE_ATTRIBUTES, type ProfileAttribute } from './profile-attributes.js';

/**
 * The path from a profile to one simple value: `title`, `name.givenName`, `emails.value`, `enterprise.manager.value`.
 */
export interface ProfilePath {
  /** The attributes on the path; the last is simple, and only the first may be multi-valued. */
  readonly steps: readonly [ProfileAttribute, ...ProfileAttribute[]];
  readonly leaf: ProfileAttribute;
}

/** Every path to a simple value, in the order of the attributes. */
export const PROFILE_PATHS: readonly ProfilePath[] = PROFILE_ATTRIBUTES.flatMap((attribute) =>
  pathsFrom([attribute], attribute),
);

function pathsFrom(steps: ProfilePath['steps'], leaf: ProfileAttribute): ProfilePath[] {
  if (leaf.subAttributes === undefined) return [{ steps, leaf }];
  return leaf.subAttributes.flatMap((part) => pathsFrom([...steps, part], part));
}

/** The GraphQL name of an attribute: GraphQL allows no `$` in names. */
export function inputName({ name }: { readonly name: string }): string {
  return name.replace('$', '');
}

/** The path as an enum value: `NAME_GIVEN_NAME`. */
export function constantName(names: readonly string[]): string {
  return names
    .map((name) => name.replace('$', '').replace(/(?<=[a-z\d])(?=[A-Z])/g, '_'))
    .join('_')
    .toUpperCase();
}
