import type { ScimClient } from '../../app.js';

/** An attribute as `/Schemas` describes it (RFC 7643 §7), as far as it can be checked on a resource. */
interface Described {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly subAttributes?: readonly Described[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The violations of the schemas by a resource, as sentences; none when it conforms. */
export type Validator = (resource: unknown) => readonly string[];

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** RFC 7643 §3.1: attributes that every resource has, and no schema lists. */
const COMMON: readonly Described[] = [
  described('schemas', 'reference', { multiValued: true, required: true }),
  described('id', 'string', { required: true }),
  described('externalId', 'string'),
  described('meta', 'complex', {
    required: true,
    subAttributes: [
      described('resourceType', 'string', { required: true }),
      described('created', 'dateTime', { required: true }),
      described('lastModified', 'dateTime', { required: true }),
      described('location', 'reference', { required: true }),
      described('version', 'string', { required: true }),
    ],
  }),
];

function described(name: string, type: string, more: Partial<Described> = {}): Described {
  return {
    name,
    type,
    multiValued: false,
    required: false,
    mutability: 'readWrite',
    returned: 'default',
    ...more,
  };
}

/**
 * Reads a workspace's `/Schemas`. It follows RFC 7643, not the code that serves them. Canonical values are not
 * required, because others are accepted too (RFC 7643 §7, "canonicalValues").
 */
export async function validatorOf(scim: ScimClient): Promise<Validator> {
  const { body } = await scim.get('/Schemas');
  const schemas = new Map<string, readonly Described[]>(
    body.Resources.map(({ id, attributes }: { id: string; attributes: readonly Described[] }) => [
      id,
      attributes,
    ]),
  );
  return (resource) => {
    if (!isFields(resource)) return ['the resource is no object'];
    const extensions = [...schemas.keys()].filter((id) => id !== CORE && Object.hasOwn(resource, id));
    const rest = Object.fromEntries(Object.entries(resource).filter(([name]) => !extensions.includes(name)));
    return [
      ...objectFaults(rest, [...COMMON, ...(schemas.get(CORE) ?? [])], ''),
      ...extensions.flatMap((id) => valueFaults(resource[id], extension(id, schemas.get(id) ?? []), id)),
      ...listingFaults(resource.schemas, [CORE, ...extensions]),
    ];
  };
}

function extension(name: string, subAttributes: readonly Described[]): Described {
  return described(name, 'complex', { subAttributes });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 7643 §3: `schemas` lists exactly the schemas of what the resource holds. */
function listingFaults(schemas: unknown, expected: readonly string[]): readonly string[] {
  const listed = Array.isArray(schemas) ? schemas.toSorted() : [];
  return JSON.stringify(listed) === JSON.stringify(expected.toSorted())
    ? []
    : [`schemas lists ${listed.join()}, and the resource holds ${expected.join()}`];
}

function objectFaults(object: Fields, attributes: readonly Described[], path: string): readonly string[] {
  const unknown = Object.keys(object).filter(
    (name) => !attributes.some((attribute) => attribute.name === name),
  );
  return [
    ...unknown.map((name) => `${path}${name} is in no schema`),
    ...attributes.flatMap((attribute) => {
      const { name, required, returned } = attribute;
      if (!Object.hasOwn(object, name)) return required ? [`${path}${name} is missing`] : [];
      if (returned === 'never') return [`${path}${name} is never returned`];
      return attributeFaults(object[name], attribute, `${path}${name}`);
    }),
  ];
}

function attributeFaults(value: unknown, attribute: Described, path: string): readonly string[] {
  if (!attribute.multiValued) return valueFaults(value, attribute, path);
  if (!Array.isArray(value) || value.length === 0) return [`${path} is no list with values`];
  const primaries = value.filter((one) => isFields(one) && one.primary === true).length;
  const distinct = new Set(value.map((one) => JSON.stringify(one))).size;
  return [
    ...value.flatMap((one, index) => valueFaults(one, attribute, `${path}[${index}]`)),
    ...(primaries > 1 ? [`${path} has ${primaries} primary values`] : []),
    ...(distinct < value.length ? [`${path} has a value twice`] : []),
  ];
}

function valueFaults(
  value: unknown,
  { type, subAttributes = [] }: Described,
  path: string,
): readonly string[] {
  if (type === 'complex') {
    if (!isFields(value) || Object.keys(value).length === 0) return [`${path} is no object with parts`];
    return objectFaults(value, subAttributes, `${path}.`);
  }
  return isOfType(value, type) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || value === '') return false;
  return type !== 'dateTime' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}
