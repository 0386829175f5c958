import {
  COMMON_ATTRIBUTES,
  CORE_ATTRIBUTES,
  CORE_GROUP,
  CORE_USER,
  CREDIT_LIMIT,
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_USER,
  GROUP_SCHEMA,
  PASSWORD,
  ROLE,
  ROLLCALL_ALIAS,
  ROLLCALL_USER,
  type ScimAttribute,
  SEAT_TYPE,
} from './attributes.js';

/** An attribute or a sub-attribute, with the URN of the schema that defines it. */
export interface AttributeReference {
  readonly kind: 'attribute';
  readonly schema: string;
  readonly attribute: ScimAttribute;
  readonly subAttribute?: ScimAttribute;
}

/** A bare URN: all attributes of one schema. */
export interface SchemaReference {
  readonly kind: 'schema';
  readonly schema: string;
}

/** Attributes by their names in lower case. */
type Vocabulary = ReadonlyMap<string, AttributeReference>;

function vocabulary(...parts: readonly (readonly [home: string, readonly ScimAttribute[]])[]): Vocabulary {
  return new Map(
    parts.flatMap(([schema, attributes]) =>
      attributes.map((found) => [
        found.name.toLowerCase(),
        { kind: 'attribute', schema, attribute: found } as const,
      ]),
    ),
  );
}

/** Our attributes are accepted wherever a provider can place them. */
const ACCESS_PARTS = [
  [CORE_USER, [SEAT_TYPE]],
  [ROLLCALL_USER, [ROLE, CREDIT_LIMIT]],
] as const;

const ROOT = vocabulary([CORE_USER, [...COMMON_ATTRIBUTES, ...CORE_ATTRIBUTES, PASSWORD]], ...ACCESS_PARTS);
const ACCESS = vocabulary(...ACCESS_PARTS);

interface KnownSchema {
  readonly prefix: string;
  readonly home: string;
  readonly names: Vocabulary;
}

/** Longest first, because one URN may be a prefix of another. */
const USER_SCHEMAS: readonly KnownSchema[] = [
  { prefix: CORE_USER, home: CORE_USER, names: ROOT },
  {
    prefix: ENTERPRISE_USER,
    home: ENTERPRISE_USER,
    names: vocabulary([ENTERPRISE_USER, ENTERPRISE_ATTRIBUTES]),
  },
  { prefix: ROLLCALL_USER, home: ROLLCALL_USER, names: ACCESS },
  { prefix: ROLLCALL_ALIAS, home: ROLLCALL_USER, names: ACCESS },
]
  .map((schema) => ({ ...schema, prefix: schema.prefix.toLowerCase() }))
  .sort((a, b) => b.prefix.length - a.prefix.length);

const GROUP_NAMES: readonly KnownSchema[] = [
  {
    prefix: CORE_GROUP.toLowerCase(),
    home: CORE_GROUP,
    names: vocabulary([CORE_GROUP, [...COMMON_ATTRIBUTES, ...GROUP_SCHEMA.attributes]]),
  },
];

const USER_VOCABULARIES = vocabulariesOf(USER_SCHEMAS);
const GROUP_VOCABULARIES = vocabulariesOf(GROUP_NAMES);

/** The names of each schema by its URN, in our own spelling and in lower case. */
function vocabulariesOf(schemas: readonly KnownSchema[]): ReadonlyMap<string, Vocabulary> {
  return new Map(
    schemas.flatMap(({ prefix, home, names }) => [
      [prefix, names] as const,
      ...(prefix === home.toLowerCase() ? [[home, names] as const] : []),
    ]),
  );
}

/** The sub-attribute with a name, compared without case; undefined when there is none. */
export function findSubAttribute(parent: ScimAttribute, name: string): ScimAttribute | undefined {
  const wanted = name.toLowerCase();
  return parent.subAttributes?.find((subAttribute) => subAttribute.name.toLowerCase() === wanted);
}

function findIn(names: Vocabulary, text: string): AttributeReference | undefined {
  if (!text.includes('.')) return names.get(text.toLowerCase());
  const [name = '', sub, ...more] = text.split('.');
  const found = names.get(name.toLowerCase());
  if (found === undefined || sub === undefined) return found;
  const subAttribute = more.length === 0 ? findSubAttribute(found.attribute, sub) : undefined;
  return subAttribute && { ...found, subAttribute };
}

/**
 * Resolves a name in any case: `attr`, `attr.sub`, `URN:attr`, `URN:attr.sub`, or a bare URN. The alias resolves to the
 * schema that it stands for, and our own attributes resolve to their canonical place in every workspace: the service
 * decides which version may have them (rule 1).
 *
 * @param within the URN of the extension object that contains the name, or of the Group's schema; by default the
 *   User's core schema. Groups and Users do not share schemas.
 * @returns undefined for an unknown name
 */
export function resolveName(
  name: string,
  within: string = CORE_USER,
): AttributeReference | SchemaReference | undefined {
  const known = within === CORE_GROUP ? GROUP_NAMES : USER_SCHEMAS;
  // Every URN has a colon, and few names have one.
  if (name.includes(':')) {
    const lower = name.toLowerCase();
    for (const { prefix, home, names } of known) {
      if (lower === prefix) return { kind: 'schema', schema: home };
      if (lower.startsWith(`${prefix}:`)) return findIn(names, name.slice(prefix.length + 1));
    }
  }
  const vocabularies = within === CORE_GROUP ? GROUP_VOCABULARIES : USER_VOCABULARIES;
  const names = vocabularies.get(within) ?? vocabularies.get(within.toLowerCase());
  return names && findIn(names, name);
}
