import { Field, ObjectType } from 'type-graphql';
import type { Profile } from '../domain/profile.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from '../domain/profile-attributes.js';
import { GraphQLJSONObject } from './scalars.js';

/** A GraphQL type whose fields are attributes; the values are plain objects with the attributes' names. */
function typeOf(name: string, description: string, attributes: readonly ProfileAttribute[]): object {
  class Type {}
  ObjectType(name, { description, simpleResolvers: true })(Type);
  addFields(Type, name, attributes);
  return Type;
}

/** Lists of labelled values are all alike: value, display, type, primary (RFC 7643 §2.4). */
const labelledValue = (() => {
  const [emails] = PROFILE_ATTRIBUTES.filter(({ name }) => name === 'emails');
  return typeOf('ProfileValue', 'One of several values, with a label.', emails?.subAttributes ?? []);
})();

/** Declares a field for every attribute. Nothing is required of a person, so every field may be null. */
function addFields(
  type: { prototype: object },
  typeName: string,
  attributes: readonly ProfileAttribute[],
): void {
  for (const attribute of attributes) {
    const { name, description, multiValued } = attribute;
    const fieldType = fieldTypeOf(typeName, attribute);
    // GraphQL has no `$` in names.
    const shownAs = name.replace('$', '');
    const options = {
      nullable: true,
      description: `${description} Null: not said.`,
      name: shownAs,
      simple: shownAs === name,
    };
    Field(() => (multiValued ? [fieldType] : fieldType), options)(type.prototype, name);
  }
}

function fieldTypeOf(
  typeName: string,
  { name, type, multiValued, description, subAttributes }: ProfileAttribute,
) {
  if (type === 'boolean') return Boolean;
  if (type !== 'complex' || subAttributes === undefined) return String;
  if (multiValued && subAttributes.some((attribute) => attribute.name === 'value')) return labelledValue;
  // `addresses`, the one list of another shape, is of the type ProfileAddress.
  const singular = multiValued ? name.replace(/es$/, '') : name;
  return typeOf(
    `${typeName}${singular.charAt(0).toUpperCase()}${singular.slice(1)}`,
    description,
    subAttributes,
  );
}

@ObjectType({
  description: 'What the identity provider, or somebody in the workspace, has said about the person.',
  simpleResolvers: true,
})
export class MemberProfile {
  @Field(() => GraphQLJSONObject, {
    description:
      "Everything in one object, under SCIM's attribute names, as `MemberProvisionInput.profile` takes it.",
  })
  attributes!: Profile;
}

addFields(MemberProfile, 'Profile', PROFILE_ATTRIBUTES);
