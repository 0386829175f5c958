import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Role, SeatType } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/profile.js';
import type { ProvisionMode } from '../domain/provisioning.js';
import type { MemberFilterInput } from './filter/member-filter.js';
import type { OrderInput } from './sort.js';

/** A member, as far as SCIM shows it. */
export interface MemberData {
  readonly id: string;
  readonly version: number;
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly access:
    | { readonly __typename: 'SeatAccess'; readonly seatType: SeatType | null }
    | { readonly __typename: 'RoleAccess'; readonly role: Role; readonly creditLimit: number | null }
    | null;
  readonly profile: { readonly attributes: JsonObject };
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
  /** The scalar of graphql-scalars gives a Date in process, and text over HTTP. */
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
}

/** The schema's `MemberProvisionInput`: presence is the key's presence. */
export interface MemberProvisionInput {
  readonly workspaceId: string;
  readonly memberId?: string;
  readonly mode: ProvisionMode;
  readonly userName?: string | null;
  readonly externalId?: string | null;
  readonly profile?: JsonObject;
  readonly active?: boolean;
  readonly role?: unknown;
  readonly seatType?: unknown;
  readonly creditLimit?: unknown;
  readonly expectedVersion?: number;
}

const MEMBER = /* GraphQL */ `
  fragment M on Member {
    id version userName externalId active
    access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit } }
    profile { attributes }
    groups { id displayName }
    createdAt updatedAt
  }
`;

const GET_MEMBER = /* GraphQL */ `
  query ScimMember($workspaceId: ID!, $id: ID!) {
    workspace(id: $workspaceId) { member(id: $id) { ...M } }
  }
  ${MEMBER}
`;

const FIND_MEMBER = /* GraphQL */ `
  query ScimMemberNamed($workspaceId: ID!, $userName: String!) {
    workspace(id: $workspaceId) { member(userName: $userName) { ...M } }
  }
  ${MEMBER}
`;

/** @param filtered whether the document has a filter: then it cannot be compiled */
const listMembers = (filtered: boolean) => /* GraphQL */ `
  query ScimMembers(
    $workspaceId: ID!, $orderBy: MemberOrder, $first: Int!, $offset: Int, $after: String, $withNext: Boolean!
    ${filtered ? '$filter: MemberFilter' : ''}
  ) {
    workspace(id: $workspaceId) {
      members(${filtered ? 'filter: $filter' : ''} orderBy: $orderBy, first: $first, offset: $offset, after: $after) {
        nodes { ...M }
        totalCount
        pageInfo @include(if: $withNext) { hasNextPage endCursor }
      }
    }
  }
  ${MEMBER}
`;

const PROVISION_MEMBER = /* GraphQL */ `
  mutation ScimProvision($input: MemberProvisionInput!) { memberProvision(input: $input) { member { ...M } changed } }
  ${MEMBER}
`;

const DELETE_MEMBER = /* GraphQL */ `
  mutation ScimDelete($input: MemberDeleteInput!) { memberDelete(input: $input) { memberId } }
`;

export interface OperationTypes<Variables, Data> {
  readonly variables: Variables;
  readonly data: Data;
}

type AnyOperation = OperationTypes<Readonly<Record<string, unknown>>, object>;

type GetMember = OperationTypes<
  { readonly workspaceId: string; readonly id: string },
  { readonly workspace: { readonly member: MemberData | null } | null }
>;

type FindMember = OperationTypes<
  { readonly workspaceId: string; readonly userName: string },
  GetMember['data']
>;

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** The place behind a page; undefined when it is the last, or nobody has asked. */
export function nextPlace(pageInfo: PageInfo | undefined): string | undefined {
  return pageInfo?.hasNextPage === true ? (pageInfo.endCursor ?? undefined) : undefined;
}

export interface MemberPage {
  readonly totalCount: number;
  readonly nodes: readonly MemberData[];
  /** Where the next page begins; for who asks. */
  readonly pageInfo?: PageInfo;
}

type ListMembers = OperationTypes<
  {
    readonly workspaceId: string;
    readonly filter?: MemberFilterInput;
    readonly orderBy?: OrderInput;
    readonly withNext: boolean;
    readonly first: number;
    readonly offset?: number;
    readonly after?: string;
  },
  { readonly workspace: { readonly members: MemberPage } | null }
>;

type ProvisionMember = OperationTypes<
  { readonly input: MemberProvisionInput },
  { readonly memberProvision: { readonly member: MemberData; readonly changed: boolean } }
>;

type DeleteMember = OperationTypes<
  {
    readonly input: {
      readonly workspaceId: string;
      readonly memberId: string;
      readonly expectedVersion?: number;
    };
  },
  { readonly memberDelete: { readonly memberId: string } }
>;

/**
 * Executes one operation for whoever `contextValue` stands for.
 * @throws the DomainError that refused it, or whatever else went wrong in a resolver
 */
export type Operation<Types extends AnyOperation> = (
  contextValue: object,
  variables: Types['variables'],
) => Promise<Types['data']>;

/** All that the adapter asks of the GraphQL schema: whatever SCIM can do, the schema can do. */
export interface Operations {
  readonly getMember: Operation<GetMember>;
  readonly findMember: Operation<FindMember>;
  readonly listMembers: Operation<ListMembers>;
  readonly provisionMember: Operation<ProvisionMember>;
  readonly deleteMember: Operation<DeleteMember>;
}

/**
 * Parses the documents and checks them against the schema: once, at start.
 * @throws Error when the schema and a document do not fit each other
 */
export function prepareOperations(schema: GraphQLSchema): Operations {
  const everybody = compile<ListMembers>(schema, listMembers(false));
  const some = prepare<ListMembers>(schema, listMembers(true));
  return {
    getMember: compile<GetMember>(schema, GET_MEMBER),
    findMember: compile<FindMember>(schema, FIND_MEMBER),
    listMembers: (contextValue, variables) =>
      (variables.filter === undefined ? everybody : some)(contextValue, variables),
    provisionMember: compile<ProvisionMember>(schema, PROVISION_MEMBER),
    deleteMember: compile<DeleteMember>(schema, DELETE_MEMBER),
  };
}

/** @throws AggregateError when the schema and the document do not fit each other */
export function prepare<Types extends AnyOperation>(schema: GraphQLSchema, source: string): Operation<Types> {
  const document = validated(schema, source);
  return async (contextValue, variables) => {
    const result = await execute({ schema, document, contextValue, variableValues: variables });
    return dataOf<Types['data']>(result);
  };
}

/**
 * Like `prepare`, and compiled to JavaScript: a third of the time where a request asks for one thing. Not for documents
 * with the variable of a filter: the compiler writes input types out, and these contain each other.
 * @throws AggregateError when the schema and the document do not fit each other
 */
export function compile<Types extends AnyOperation>(schema: GraphQLSchema, source: string): Operation<Types> {
  const compiled = compileQuery(schema, validated(schema, source));
  if (!isCompiledQuery(compiled))
    throw new AggregateError(compiled.errors ?? [], 'a document does not compile');
  return async (contextValue, variables) => {
    const result = await compiled.query(undefined, contextValue, variables);
    return dataOf<Types['data']>(result);
  };
}

function validated(schema: GraphQLSchema, source: string): DocumentNode {
  const document = parse(source, { noLocation: true });
  const faults = validate(schema, document);
  if (faults.length > 0)
    throw new AggregateError(faults, `SCIM does not fit the schema: ${faults.join('; ')}`);
  return document;
}

function dataOf<Data>({ data, errors }: ExecutionResult): Data {
  if (errors !== undefined && errors.length > 0) {
    // A fault of ours must not hide behind a refusal that stands before it.
    const causes = errors.map((error) => error.originalError ?? error);
    throw causes.find((cause) => !(cause instanceof DomainError)) ?? causes[0];
  }
  // What was validated against the schema has the shape that the schema gives it.
  return data as Data;
}
