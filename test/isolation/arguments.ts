import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { ID_KINDS, type Kind, type Names } from './rows.js';

/** What an argument of this name identifies, if it is an ID. A list: nothing in the schema says which. */
const KINDS_OF_IDS: Readonly<Record<string, Kind | readonly Kind[]>> = {
  workspaceId: 'workspace',
  memberId: 'member',
  memberIds: 'member',
  addMemberIds: 'member',
  removeMemberIds: 'member',
  groupId: 'group',
  invitationId: 'invitation',
  apiKeyId: 'api key',
  problemId: 'scim problem',
  sessionId: 'session',
  sessionIds: 'session',
  domainId: 'domain',
  webhookId: 'webhook',
  deliveryId: 'webhook delivery',
  actorId: ['account', 'api key'],
  targetId: ['member', 'group', 'invitation', 'api key'],
  id: ID_KINDS,
  ids: ID_KINDS,
  // The last entry that a client of a stream has. The `after` of a list is a text.
  after: ['audit entry', 'scim request'],
  // Of comparisons.
  eq: ['member', 'group'],
  ne: ['member', 'group'],
  in: ['member', 'group'],
};

/** The texts that are tried in an argument of this name; any other gets `OTHER_TEXTS`. */
const KINDS_OF_TEXTS: Readonly<Record<string, readonly Kind[]>> = {
  externalId: ['externalId', 'groupExternalId'],
  displayName: ['groupName', 'userName'],
  name: ['keyName', 'workspaceName'],
  idempotencyKey: ['idempotencyKey'],
  reference: ['reference', 'requestId'],
  requestId: ['requestId'],
  search: ['userName', 'groupName', 'workspaceName', 'keyName'],
  token: ['invitationToken', 'mailedToken'],
  email: ['invitedEmail', 'userName'],
  domain: ['ssoDomain'],
  clientId: ['clientId'],
  eq: ['userName', 'groupName', 'externalId'],
  value: ['userName', 'member'],
  path: ['member'],
};

const OTHER_TEXTS: readonly Kind[] = ['userName'];

/** Where the values of one operation come from. */
export interface Sources {
  /** The caller's own workspace. */
  readonly own: Names;
  /** What must not be seen, or what does not exist. */
  readonly other: Names;
}

export type Value = (sources: Sources) => unknown;

/** A value with a name of the other workspace in one place. */
export interface Probe {
  /** The place, such as `input.memberIds=member`. */
  readonly place: string;
  /** Whether it is part of a filter or of a profile, of which there are hundreds. */
  readonly deep: boolean;
  readonly value: Value;
}

/** @throws Error with what to add, for an ID of a name that is not known */
function kindsOf(name: string): readonly Kind[] {
  const kinds = KINDS_OF_IDS[name];
  if (kinds !== undefined) return typeof kinds === 'string' ? [kinds] : kinds;
  throw new Error(
    `The schema has an ID argument ${name}: say in KINDS_OF_IDS of test/isolation/arguments.ts what it identifies.`,
  );
}

const DEEP = /Filter$|^MembersSelector$|Profile/;

/** All values of an argument in which one ID or text is the other workspace's, and the rest is the caller's own. */
export function probesOf(type: GraphQLInputType, name: string, inside: readonly string[] = []): Probe[] {
  if (isNonNullType(type)) return probesOf(type.ofType, name, inside);
  if (isListType(type)) {
    return probesOf(type.ofType, name, inside).map(({ value, ...probe }) => ({
      ...probe,
      value: (sources) => [value(sources)],
    }));
  }
  if (isInputObjectType(type)) return inside.includes(type.name) ? [] : probesWithin(type, name, inside);
  const named = (kinds: readonly Kind[]): Probe[] =>
    kinds.map((kind) => ({
      place: `${name}=${kind}`,
      deep: inside.some((outer) => DEEP.test(outer)),
      value: ({ other }) => other[kind],
    }));
  switch (type.name) {
    case 'ID':
      return named(kindsOf(name));
    case 'String':
      return named(KINDS_OF_TEXTS[name] ?? OTHER_TEXTS);
    case 'JSONObject':
    case 'JSON':
      return [
        {
          place: `${name}=manager`,
          deep: false,
          value: ({ other }) => ({
            enterprise: { manager: { value: other.member } },
            userName: other.userName,
          }),
        },
      ];
    default:
      return [];
  }
}

function probesWithin(type: GraphQLInputObjectType, name: string, inside: readonly string[]): Probe[] {
  const all = Object.values(type.getFields());
  // Every operator is tried at the top of a filter, one of them further down.
  const fields =
    type.name.endsWith('Comparison') && inside.length > 1 ? all.filter((field) => field.name === 'eq') : all;
  return fields.flatMap((field) =>
    probesOf(field.type, field.name, [...inside, type.name]).map(({ place, value, deep }) => ({
      place: `${name}.${place}`,
      deep,
      value: (sources: Sources) => ({
        ...(type.isOneOf ? {} : required(type)(sources)),
        [field.name]: value(sources),
      }),
    })),
  );
}

/** Only what is required, from one workspace. */
export function required(
  type: GraphQLInputObjectType,
  from: (sources: Sources) => Names = ({ own }) => own,
): (sources: Sources) => Readonly<Record<string, unknown>> {
  const all = Object.values(type.getFields());
  const fields = type.isOneOf ? all.slice(0, 1) : all.filter(isRequiredInputField);
  return (sources) =>
    Object.fromEntries(fields.map((field) => [field.name, plain(field.type, field.name, from)(sources)]));
}

/** Valid values of enumerations and texts that must have a form; the first value does otherwise. */
const PLAIN: Readonly<Record<string, unknown>> = {
  AssignableRole: 'VIEWER',
  ProvisionMode: 'PATCH',
  SeatHolderRole: 'MEMBER',
  // A provider that is not asked.
  SsoDomainProof: 'DNS',
};

/** A value of a type, with every name from one workspace. */
export function plain(
  type: GraphQLInputType,
  name: string,
  from: (sources: Sources) => Names = ({ own }) => own,
): Value {
  if (isNonNullType(type)) return plain(type.ofType, name, from);
  if (isListType(type)) {
    const item = plain(type.ofType, name, from);
    return (sources) => [item(sources)];
  }
  if (isInputObjectType(type)) return required(type, from);
  if (isEnumType(type)) return () => PLAIN[type.name] ?? type.getValues()[0]?.name;
  switch (type.name) {
    case 'ID':
      return (sources) => from(sources)[kindsOf(name)[0] ?? 'member'];
    case 'Int':
    case 'PositiveInt':
      return () => 1;
    case 'Boolean':
      return () => false;
    case 'DateTime':
      return () => '2026-11-01T00:00:00.000Z';
    case 'YearMonth':
      return () => '2026-11';
    case 'JSON':
    case 'JSONObject':
      return () => ({});
    default:
      return textOf(name, from);
  }
}

function textOf(name: string, from: (sources: Sources) => Names): Value {
  switch (name) {
    case 'method':
      return () => 'GET';
    case 'path':
      return (sources) => `/Users/${from(sources).member}`;
    case 'csv':
      return (sources) => `email\nnew-${from(sources).userName}\n`;
    default:
      return (sources) => `new-${from(sources)[(KINDS_OF_TEXTS[name] ?? OTHER_TEXTS)[0] ?? 'userName']}`;
  }
}
