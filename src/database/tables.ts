import { MetadataStorage } from '@mikro-orm/core';
import type { ColumnType as KyselyColumn } from 'kysely';
import type { Profile } from '../domain/profile.js';
import { Account } from '../model/account.js';
import { ApiKey, ApiKeySecret } from '../model/api-key.js';
import { type AuditChanges, AuditEntry } from '../model/audit-entry.js';
import { CreditConsumption, CreditMonth, CreditUsage } from '../model/credits.js';
import { Group } from '../model/group.js';
import { GroupMember } from '../model/group-member.js';
import { Invitation } from '../model/invitation.js';
import { Member } from '../model/member.js';
import { MemberTally } from '../model/member-tally.js';
import { Membership } from '../model/membership.js';
import { Removal } from '../model/removal.js';
import { ScimBrake, ScimRemoval } from '../model/removal-brake.js';
import { DeletedApiKeySecret, ScimConnection, ScimRequestCount } from '../model/scim-connection.js';
import { ScimProblem } from '../model/scim-problem.js';
import { ScimRequest, ScimRequestSet } from '../model/scim-request.js';
import { SeatAllocation } from '../model/seat-allocation.js';
import { OperatorSession, Session, SessionEnd } from '../model/session.js';
import { SignInLink } from '../model/sign-in-link.js';
import { SignInLogEntry } from '../model/sign-in-log.js';
import { SsoConnection, SsoDomain, SsoSubject, SsoUsedValue } from '../model/sso-connection.js';
import { Webhook, WebhookAttempt, WebhookDelivery } from '../model/webhook.js';
import { Workspace } from '../model/workspace.js';
import {
  boolean,
  type ColumnType,
  double,
  integer,
  jsonb,
  nullable as orNull,
  text,
  timestamptz,
  uuid,
} from './column-types.js';

/** The column type that a statement declares for values of the type. */
type Declared<Value> = ColumnType<Value, NonNullable<Value> extends JsonValue ? JsonWritten<Value> : Value>;
type JsonValue = Profile | AuditChanges;
type JsonWritten<Value> = string | Extract<Value, null>;

/** A table of the model, from which all lists of its columns are derived. */
export interface Table<Row> {
  readonly name: string;
  /** The types of the columns, by the names of the class's properties, in its order. */
  readonly columns: { readonly [Property in keyof Row]: Declared<Row[Property]> };
  /**
   * The names of its properties, for queries that read whole rows (never `select *`, which breaks prepared statements
   * when a column is added).
   */
  readonly properties: readonly (keyof Row & string)[];
  /** Each property's column in the database. */
  readonly fields: { readonly [Property in keyof Row]: string };
}

/**
 * The table of a class of the model, from the decorators' metadata.
 * @param computed the properties without a column
 */
function table<Entity extends object, const Computed extends keyof Entity & string = never>(
  entity: new () => Entity,
  ...computed: readonly Computed[]
): Table<Omit<Entity, Computed>> {
  const path = String(Reflect.get(entity, MetadataStorage.PATH_SYMBOL));
  const { tableName, properties } = MetadataStorage.getMetadata(entity.name, path, entity);
  const known = Object.entries<Property>(properties);
  const stored = computed.find((name) => Object.hasOwn(properties, name));
  if (stored !== undefined) throw new Error(`${entity.name}.${stored} is a column of ${tableName}.`);
  return {
    name: tableName,
    properties: known.map(([name]) => name),
    columns: Object.fromEntries(known.map(([name, property]) => [name, declared(property)])),
    fields: Object.fromEntries(known.map(([name, { fieldName }]) => [name, fieldName ?? snakeCase(name)])),
    // The metadata has the properties that the class declares; a test compares it with the database.
  } as unknown as Table<Omit<Entity, Computed>>;
}

interface Property {
  readonly kind: string;
  readonly type?: string;
  readonly columnType?: string;
  readonly fieldName?: string;
  readonly nullable?: boolean;
}

/** The types whose arrays can be bound in binary format, by name. */
const KNOWN_TYPES: ReadonlyMap<string, ColumnType<unknown>> = new Map(
  [uuid, text, integer, double, boolean, timestamptz, jsonb()].map((type) => [type.name, type]),
);

function declared({ kind, type = '', columnType = type, nullable = false }: Property): ColumnType<unknown> {
  // A reference is stored as the id of the other row.
  if (kind !== 'scalar') return nullable ? orNull(uuid) : uuid;
  const name = columnType.replace(/^timestamptz(\(\d\))?/, timestamptz.name);
  const known = KNOWN_TYPES.get(name) ?? { name, nullable: false };
  return nullable ? orNull(known) : known;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every table by the name that queries use. */
export const TABLES = {
  account: table(Account),
  workspace: table(Workspace),
  member: table(Member, 'profile', 'active', 'role', 'access', 'accessSetBy', 'groups'),
  memberTally: table(MemberTally),
  membership: table(Membership),
  memberGroup: table(Group),
  groupMember: table(GroupMember),
  invitation: table(Invitation, 'kind', 'status'),
  seatAllocation: table(SeatAllocation),
  creditMonth: table(CreditMonth),
  creditUsage: table(CreditUsage),
  creditConsumption: table(CreditConsumption),
  apiKey: table(ApiKey),
  apiKeySecret: table(ApiKeySecret),
  session: table(Session),
  sessionEnd: table(SessionEnd),
  operatorSession: table(OperatorSession),
  signInLink: table(SignInLink),
  removal: table(Removal),
  ssoConnection: table(SsoConnection),
  ssoDomain: table(SsoDomain),
  ssoSubject: table(SsoSubject),
  ssoUsedValue: table(SsoUsedValue),
  signInLogEntry: table(SignInLogEntry),
  auditEntry: table(AuditEntry),
  scimRequest: table(ScimRequest),
  scimRequestSet: table(ScimRequestSet),
  scimRequestCount: table(ScimRequestCount),
  scimConnection: table(ScimConnection),
  scimProblem: table(ScimProblem),
  deletedApiKeySecret: table(DeletedApiKeySecret),
  scimBrake: table(ScimBrake),
  scimRemoval: table(ScimRemoval),
  webhook: table(Webhook),
  webhookDelivery: table(WebhookDelivery),
  webhookAttempt: table(WebhookAttempt),
};

/** A row of a table as the class of the model describes it. */
export type RowIn<Name extends keyof typeof TABLES> =
  (typeof TABLES)[Name] extends Table<infer Row> ? Row : never;

/**
 * The tables as Kysely knows them, derived from the model: a query with a column that was renamed in the model no
 * longer compiles.
 */
export type Tables = {
  [Name in keyof typeof TABLES]: { [Column in keyof KyselyRow<Name> & string]: KyselyRow<Name>[Column] };
};

type KyselyRow<Name extends keyof typeof TABLES> = Name extends 'member'
  ? Omit<RowIn<'member'>, 'attributes'> & { readonly profile: Json<Profile> }
  : Name extends 'auditEntry'
    ? Omit<RowIn<'auditEntry'>, 'changes' | 'loggedAt'> & {
        readonly changes: Json<AuditChanges>;
        readonly loggedAt: KyselyColumn<Date, never, never>;
      }
    : RowIn<Name>;

type Json<Value> = KyselyColumn<Value, string, string>;

/**
 * The columns of a table for the list of a select, each under its property's name.
 * @param alias the table's name in the statement
 * @param properties the columns; all when none are named
 */
export function selectList<Fields extends Readonly<Record<string, string>>>(
  { fields }: { readonly fields: Fields },
  alias: string,
  ...properties: readonly (keyof Fields & string)[]
): string {
  return Object.entries<string>(fields)
    .filter(([name]) => properties.length === 0 || properties.some((property) => property === name))
    .map(([name, field]) => (name === field ? `${alias}.${field}` : `${alias}.${field} as "${name}"`))
    .join(', ');
}

/** The table without some of its columns. */
export function without<Row, const Property extends keyof Row & string>(
  { name, columns, fields, properties }: Table<Row>,
  ...excluded: readonly Property[]
): Table<Omit<Row, Property>> {
  const isKept = (key: string) => !excluded.some((property) => property === key);
  const rest = (all: object) => Object.fromEntries(Object.entries(all).filter(([key]) => isKept(key)));
  return {
    name,
    properties: properties.filter(isKept),
    columns: rest(columns),
    fields: rest(fields),
  } as unknown as Table<Omit<Row, Property>>;
}

/** The declared types of some columns of a table. */
export function typesOf<Row, const Property extends keyof Row & string>(
  { columns }: Table<Row>,
  ...properties: readonly Property[]
): Pick<Table<Row>['columns'], Property> {
  const entries = properties.map((property) => [property, columns[property]] as const);
  return Object.fromEntries(entries) as Pick<Table<Row>['columns'], Property>;
}
