import { Field, ObjectType } from 'type-graphql';
import type { Profile } from '../domain/profile.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from '../domain/profile-attributes.js';
import { GraphQLJSONObject } from './scalars.js';

/** Returns a GraphQL type with a field for each attribute; its values are plain objects with the attributes' names. */
function typeOf(name: string, description: string, attributes: readonly ProfileAttribute[]): object {
  class Type {}
  ObjectType(name, { description, simpleResolvers: true })(Type);
  addFields(Type, name, attributes);
  return Type;
}

/** The type of all lists of labelled values: value, display, type, primary (RFC 7643 §2.4). */
const labelledValue = (() => {
  const [emails] = PROFILE_ATTRIBUTES.filter(({ name }) => name === 'emails');
  return typeOf(
    'ProfileValue',
    'A value of a list, with the purpose that it serves.',
    emails?.subAttributes ?? [],
  );
})();

/** Declares a nullable field for each attribute: no attribute of a person is required. */
function addFields(
  type: { prototype: object },
  typeName: string,
  attributes: readonly ProfileAttribute[],
): void {
  for (const attribute of attributes) {
    const { name, description, multiValued } = attribute;
    const fieldType = fieldTypeOf(typeName, attribute);
    // GraphQL allows no `$` in names.
    const shownAs = name.replace('$', '');
    const options = {
      nullable: true,
      description: `${description} Null when it is unknown.`,
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
  // `addresses`, the only list with other fields, has the type ProfileAddress.
  const singular = multiValued ? name.replace(/es$/, '') : name;
  return typeOf(
    `${typeName}${singular.charAt(0).toUpperCase()}${singular.slice(1)}`,
    description,
    subAttributes,
  );
}

@ObjectType({
  description:
    'The attributes of a person, as the identity provider or somebody in the workspace entered them.',
  simpleResolvers: true,
})
export class MemberProfile {
  @Field(() => GraphQLJSONObject, {
    description:
      "All attributes in one object with SCIM's names, in the form of `MemberProvisionInput.profile`.",
  })
  attributes!: Profile;
}

addFields(MemberProfile, 'Profile', PROFILE_ATTRIBUTES);
