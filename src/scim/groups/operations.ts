import type { GroupFilterInput } from '../filter/groups.js';
import type { OrderInput } from '../filter/sort.js';
import {
  type GraphqlSource,
  type Operation,
  type OperationTypes,
  ofWellFormedId,
  type PageInfo,
  preparing,
} from '../users/operations.js';

/** A group, as far as SCIM shows it. */
export interface GroupData {
  readonly id: string;
  readonly version: number;
  readonly displayName: string;
  readonly externalId: string | null;
  /** Left out when they were not asked for. */
  readonly everyMember?: readonly { readonly id: string; readonly name: string }[];
  /** The scalar of graphql-scalars gives a Date in process, and text over HTTP. */
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
    $withNext: Boolean!, $withMembers: Boolean!
  ) {
    workspace(id: $workspaceId) {
      groups(filter: $filter, orderBy: $orderBy, first: $first, offset: $offset, after: $after) {
        nodes { ...G }
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
  /** Whether members are loaded: thousands of them are not, for who does not ask. */
  readonly withMembers: boolean;
};

interface Target {
  readonly workspaceId: string;
  readonly groupId: string;
  readonly expectedVersion?: number;
}

/** The schema's `GroupUpdateInput`: an absent key leaves things as they are. */
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
  WithMembers & {
    readonly workspaceId: string;
    readonly filter?: GroupFilterInput;
    readonly orderBy?: OrderInput;
    readonly withNext: boolean;
    readonly first: number;
    readonly offset?: number;
    readonly after?: string;
  },
  {
    readonly workspace: {
      readonly groups: {
        readonly totalCount: number;
        readonly nodes: readonly GroupData[];
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

/** All that `/Groups` asks of the GraphQL schema. */
export interface GroupOperations {
  readonly getGroup: Operation<GetGroup>;
  readonly listGroups: Operation<ListGroups>;
  readonly createGroup: Operation<CreateGroup>;
  readonly updateGroup: Operation<UpdateGroup>;
  readonly deleteGroup: Operation<DeleteGroup>;
}

/**
 * Parses the documents and checks them against the schema: once, at start.
 * @throws Error when the schema and a document do not fit each other
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
