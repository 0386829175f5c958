import { type DocumentNode, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import type { Origin, Role, SeatType } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/profile.js';
import type { ProvisioningRequest } from '../../domain/provisioning.js';
import type { MemberFilterInput } from '../filter/inputs.js';
import type { OrderInput, Sorting } from '../filter/sort.js';
import type { ScimRequest } from '../http/endpoint.js';
import { type PageRequest, pagesByCursor, type ResourcePage } from '../http/listing.js';

/** The fields of a member that SCIM shows. */
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
  /** Who last changed it. */
  readonly managedBy: Origin;
  readonly profile: { readonly attributes: JsonObject };
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
  /** A Date in process, text over HTTP (graphql-scalars). */
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
}

const MEMBER = /* GraphQL */ `
  fragment M on Member {
    id version userName externalId active managedBy
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
    $withNext: Boolean!, $withCursors: Boolean!
  ) {
    workspace(id: $workspaceId) {
      members(filter: $filter, orderBy: $orderBy, first: $first, offset: $offset, after: $after) {
        nodes { ...M }
        edges @include(if: $withCursors) { cursor }
        totalCount
        pageInfo @include(if: $withNext) { hasNextPage endCursor }
      }
    }
  }
  ${MEMBER}
`;

const PROVISION_MEMBER = /* GraphQL */ `
  mutation ScimProvision($input: MemberProvisionInput!) { memberProvision(input: $input) { member { ...M } tookUserName } }
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

/** The cursor of each node of a page. */
export type Cursors = readonly { readonly cursor: string }[];

/** The positions of the resources of a page, if requested. */
export function positionsOf(
  resources: readonly JsonObject[],
  edges: Cursors | undefined,
  { keyOf }: Sorting,
): Pick<ResourcePage, 'positions'> {
  if (edges === undefined) return {};
  return {
    positions: edges.map(({ cursor }, index) => ({ place: cursor, key: keyOf(resources[index] ?? {}) })),
  };
}

/** What a page of any type asks of the schema. */
export function pageVariables(request: ScimRequest, page: PageRequest, { orderBy }: Sorting): PageVariables {
  const { first, offset, after, positions = false } = page;
  return {
    workspaceId: request.workspaceId,
    first,
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(offset === undefined ? {} : { offset }),
    ...(after === undefined ? {} : { after }),
    withNext: pagesByCursor(request),
    withCursors: positions,
  };
}

export type PageVariables = {
  readonly workspaceId: string;
  readonly orderBy?: OrderInput;
  readonly withNext: boolean;
  readonly withCursors: boolean;
  readonly first: number;
  readonly offset?: number;
  readonly after?: string;
};

/** The position after a page; undefined when it is the last, or was not requested. */
export function nextPlace(pageInfo: PageInfo | undefined): string | undefined {
  return pageInfo?.hasNextPage === true ? (pageInfo.endCursor ?? undefined) : undefined;
}

export interface MemberPage {
  readonly totalCount: number;
  readonly nodes: readonly MemberData[];
  /** If requested. */
  readonly edges?: Cursors;
  /** The position of the next page, if requested. */
  readonly pageInfo?: PageInfo;
}

type ListMembers = OperationTypes<
  PageVariables & { readonly filter?: MemberFilterInput },
  { readonly workspace: { readonly members: MemberPage } | null }
>;

/** The member of a request, and whether an active member got its userName by it. */
export interface Provisioned {
  readonly member: MemberData;
  readonly tookUserName: boolean;
}

type ProvisionMember = OperationTypes<
  { readonly input: ProvisioningRequest },
  { readonly memberProvision: Provisioned }
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
 * Executes one operation for the caller in `contextValue`.
 * @throws the DomainError of the refusal, or the error of a resolver
 */
export type Operation<Types extends AnyOperation> = (
  contextValue: object,
  variables: Types['variables'],
) => Promise<Types['data']>;

/** The GraphQL operations behind `/Users`. */
export interface Operations {
  readonly getMember: Operation<GetMember>;
  readonly findMember: Operation<FindMember>;
  readonly listMembers: Operation<ListMembers>;
  readonly provisionMember: Operation<ProvisionMember>;
  readonly deleteMember: Operation<DeleteMember>;
}

/**
 * Parses and validates the documents, once, at start.
 * @throws Error when a document is not valid in the schema
 */
export function prepareOperations(source: GraphqlSource): Operations {
  const prepare = preparing(source);
  return {
    getMember: ofWellFormedId(prepare<GetMember>(GET_MEMBER), { workspace: { member: null } }),
    findMember: prepare<FindMember>(FIND_MEMBER),
    listMembers: prepare<ListMembers>(LIST_MEMBERS),
    provisionMember: prepare<ProvisionMember>(PROVISION_MEMBER),
    deleteMember: prepare<DeleteMember>(DELETE_MEMBER),
  };
}

/** Answers a malformed id in a SCIM path as an unknown one (404). */
export function ofWellFormedId<Types extends OperationTypes<Readonly<{ id: string }>, object>>(
  operation: Operation<Types>,
  none: Types['data'],
): Operation<Types> {
  return async (contextValue, variables) => (isId(variables.id) ? operation(contextValue, variables) : none);
}

/** The schema, and a compiler for documents that are valid in it. */
export interface GraphqlSource {
  readonly schema: GraphQLSchema;
  compile(
    document: DocumentNode,
  ): (contextValue: object, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>;
}

type Prepare = <Types extends AnyOperation>(source: string) => Operation<Types>;

/**
 * Creates a function that compiles documents.
 * @returns a function that throws an AggregateError for a document that is not valid in the schema
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
    // An internal error takes precedence over a refusal, so that it is logged.
    const causes = errors.map((error) => error.originalError ?? error);
    throw causes.find((cause) => !(cause instanceof DomainError)) ?? causes[0];
  }
  // The document was validated against the schema, so the data has its type.
  return data as Data;
}
