import type { GroupFilterInput } from '../filter/inputs.js';
import {
  type Cursors,
  type GraphqlSource,
  type Operation,
  type OperationTypes,
  ofWellFormedId,
  type PageInfo,
  type PageVariables,
  preparing,
} from '../users/operations.js';

/** A member of a group. */
export interface MemberData {
  readonly id: string;
  readonly name: string;
}

/** The fields of a group that SCIM shows. */
export interface GroupData {
  readonly id: string;
  readonly version: number;
  readonly displayName: string;
  readonly externalId: string | null;
  /** Absent unless requested. */
  readonly everyMember?: readonly MemberData[];
  /** A Date in process, text over HTTP (graphql-scalars). */
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
}

const GROUP = /* GraphQL */ `
  fragment G on Group {
    id version displayName externalId createdAt updatedAt
    everyMember @include(if: $withMembers) { id: memberId name }
  }
`;

const GET_GROUP = /* GraphQL */ `
  query ScimGroup($workspaceId: ID!, $id: ID!, $withMembers: Boolean!) {
    workspace(id: $workspaceId) { group(id: $id) { ...G } }
  }
  ${GROUP}
`;

const LIST_GROUPS = /* GraphQL */ `
  query ScimGroups(
    $workspaceId: ID!, $filter: GroupFilter, $orderBy: GroupOrder, $first: Int!, $offset: Int, $after: String,
    $withNext: Boolean!, $withCursors: Boolean!, $withMembers: Boolean!
  ) {
    workspace(id: $workspaceId) {
      groups(filter: $filter, orderBy: $orderBy, first: $first, offset: $offset, after: $after) {
        nodes { ...G }
        edges @include(if: $withCursors) { cursor }
        totalCount
        pageInfo @include(if: $withNext) { hasNextPage endCursor }
      }
    }
  }
  ${GROUP}
`;

const CREATE_GROUP = /* GraphQL */ `
  mutation ScimGroupCreate($input: GroupCreateInput!, $withMembers: Boolean!) {
    groupCreate(input: $input) { group { ...G } }
  }
  ${GROUP}
`;

const UPDATE_GROUP = /* GraphQL */ `
  mutation ScimGroupUpdate($input: GroupUpdateInput!, $withMembers: Boolean!) {
    groupUpdate(input: $input) { group { ...G } }
  }
  ${GROUP}
`;

const DELETE_GROUP = /* GraphQL */ `
  mutation ScimGroupDelete($input: GroupDeleteInput!) { groupDelete(input: $input) { groupId } }
`;

type WithMembers = {
  /** Whether to load the members, of whom there may be thousands. */
  readonly withMembers: boolean;
};

interface Target {
  readonly workspaceId: string;
  readonly groupId: string;
  readonly expectedVersion?: number;
}

/** The schema's `GroupUpdateInput`: an absent key changes nothing. */
export interface GroupUpdateInput extends Target {
  readonly displayName?: string;
  readonly externalId?: string | null;
  readonly memberIds?: readonly string[];
  readonly addMemberIds?: readonly string[];
  readonly removeMemberIds?: readonly string[];
}

type GetGroup = OperationTypes<
  WithMembers & { readonly workspaceId: string; readonly id: string },
  { readonly workspace: { readonly group: GroupData | null } | null }
>;

type ListGroups = OperationTypes<
  WithMembers & PageVariables & { readonly filter?: GroupFilterInput },
  {
    readonly workspace: {
      readonly groups: {
        readonly totalCount: number;
        readonly nodes: readonly GroupData[];
        /** If requested. */
        readonly edges?: Cursors;
        readonly pageInfo?: PageInfo;
      };
    } | null;
  }
>;

type CreateGroup = OperationTypes<
  WithMembers & {
    readonly input: {
      readonly workspaceId: string;
      readonly displayName: string;
      readonly externalId: string | null;
      readonly memberIds: readonly string[];
    };
  },
  { readonly groupCreate: { readonly group: GroupData } }
>;

type UpdateGroup = OperationTypes<
  WithMembers & { readonly input: GroupUpdateInput },
  { readonly groupUpdate: { readonly group: GroupData } }
>;

type DeleteGroup = OperationTypes<
  { readonly input: Target },
  { readonly groupDelete: { readonly groupId: string } }
>;

/** The GraphQL operations behind `/Groups`. */
export interface GroupOperations {
  readonly getGroup: Operation<GetGroup>;
  readonly listGroups: Operation<ListGroups>;
  readonly createGroup: Operation<CreateGroup>;
  readonly updateGroup: Operation<UpdateGroup>;
  readonly deleteGroup: Operation<DeleteGroup>;
}

/**
 * Parses and validates the documents, once, at start.
 * @throws Error when a document is not valid in the schema
 */
export function prepareGroupOperations(source: GraphqlSource): GroupOperations {
  const prepare = preparing(source);
  return {
    getGroup: ofWellFormedId(prepare<GetGroup>(GET_GROUP), { workspace: { group: null } }),
    listGroups: prepare<ListGroups>(LIST_GROUPS),
    createGroup: prepare<CreateGroup>(CREATE_GROUP),
    updateGroup: prepare<UpdateGroup>(UPDATE_GROUP),
    deleteGroup: prepare<DeleteGroup>(DELETE_GROUP),
  };
}
