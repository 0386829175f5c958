import { type DocumentNode, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import type { Role, SeatType } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/profile.js';
import type { ProvisionMode } from '../../domain/provisioning.js';
import type { MemberFilterInput } from '../filter/inputs.js';
import type { OrderInput } from '../filter/sort.js';

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

const LIST_MEMBERS = /* GraphQL */ `
  query ScimMembers(
    $workspaceId: ID!, $filter: MemberFilter, $orderBy: MemberOrder, $first: Int!, $offset: Int, $after: String,
    $withNext: Boolean!
  ) {
    workspace(id: $workspaceId) {
      members(filter: $filter, orderBy: $orderBy, first: $first, offset: $offset, after: $after) {
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
export function prepareOperations(source: GraphqlSource): Operations {
  const prepare = preparing(source);
  return {
    getMember: prepare<GetMember>(GET_MEMBER),
    findMember: prepare<FindMember>(FIND_MEMBER),
    listMembers: prepare<ListMembers>(LIST_MEMBERS),
    provisionMember: prepare<ProvisionMember>(PROVISION_MEMBER),
    deleteMember: prepare<DeleteMember>(DELETE_MEMBER),
  };
}

/** The schema, and what makes a function of a document that is valid in it. */
export interface GraphqlSource {
  readonly schema: GraphQLSchema;
  compile(
    document: DocumentNode,
  ): (contextValue: object, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>;
}

type Prepare = <Types extends AnyOperation>(source: string) => Operation<Types>;

/**
 * Makes functions of documents.
 * @returns what throws an AggregateError when the schema and the document do not fit each other
 */
export function preparing({ schema, compile }: GraphqlSource): Prepare {
  return <Types extends AnyOperation>(source: string): Operation<Types> => {
    const compiled = compile(validated(schema, source));
    return async (contextValue, variables) => dataOf<Types['data']>(await compiled(contextValue, variables));
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
