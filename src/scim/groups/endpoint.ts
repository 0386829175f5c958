import { DomainError } from '../../domain/errors.js';
import { CORE_GROUP } from '../discovery/attributes.js';
import { toGroupFilter } from '../filter/groups.js';
import type { GroupFilterInput } from '../filter/inputs.js';
import { parseFilter } from '../filter/parser.js';
import { sortingOf } from '../filter/sort.js';
import { MAX_BODY_BYTES } from '../http/body.js';
import type { Endpoint, Handler, ScimAnswer, ScimRequest } from '../http/endpoint.js';
import { entityTag, meets, versionCondition } from '../http/entity-tag.js';
import { listing, type ResourceSource } from '../http/listing.js';
import { requiredVersion } from '../http/preconditions.js';
import { type Projection, projectionOf } from '../http/projection.js';
import type { Query } from '../http/query.js';
import { parsePatch } from '../patch/operations.js';
import { nextPlace, pageVariables, positionsOf } from '../users/operations.js';
import type { GroupData, GroupOperations, GroupUpdateInput } from './operations.js';
import { groupChanges } from './patch.js';
import { groupBody, groupLocation, groupResource, memberValue, readGroup } from './resource.js';

/** What GET gives, PUT takes: a group of 10,000 members has 2.3 MB, and this is room for 35,000. */
const MAX_GROUP_BYTES = 8 * MAX_BODY_BYTES;

/** The endpoints `/Groups` and `/Groups/{id}` (RFC 7644 §3.3 to §3.6). */
export function groupEndpoints(operations: GroupOperations): readonly Endpoint[] {
  return [
    {
      path: '/Groups',
      maxBodyBytes: MAX_GROUP_BYTES,
      methods: { GET: listing(groupSource(operations)), POST: create(operations) },
    },
    {
      path: '/Groups/:id',
      maxBodyBytes: MAX_GROUP_BYTES,
      methods: {
        GET: get(operations),
        PUT: replace(operations),
        PATCH: patch(operations),
        DELETE: remove(operations),
      },
    },
  ];
}

/** The requested attributes of a group. Members are loaded only when requested: there may be thousands. */
interface Requested {
  readonly project: Projection;
  readonly withMembers: boolean;
  /** Whether the request asks for the group as it is. */
  readonly isWhole: boolean;
}

/** A group with all sub-attributes of members: its projection shows whether members are requested. */
const PROBE = { members: [{ value: '', $ref: '', display: '', type: '' }] };

function requestedOf(query: Query): Requested {
  const project = projectionOf(query, CORE_GROUP);
  const shown = project(PROBE);
  return { project, withMembers: Object.hasOwn(shown, 'members'), isWhole: shown === PROBE };
}

/** The groups of a workspace, page by page. */
export function groupSource(operations: GroupOperations): ResourceSource {
  return {
    path: '/Groups',
    async page(request, page) {
      const { baseUrl, contextValue, query } = request;
      const { project, withMembers } = requestedOf(query);
      const sorting = sortingOf(query, CORE_GROUP, page.positions);
      const { workspace } = await operations.listGroups(contextValue, {
        ...pageVariables(request, page, sorting),
        ...filterOf(request),
        withMembers: withMembers && page.bare !== true,
      });
      if (workspace === null) throw noSuchGroup();
      const { totalCount, nodes, pageInfo, edges } = workspace.groups;
      const groups = nodes.map((group) => groupResource(group, baseUrl));
      return {
        totalResults: totalCount,
        resources: groups.map(project),
        next: nextPlace(pageInfo),
        ...positionsOf(groups, edges, sorting),
      };
    },
  };
}

/** @throws ScimError invalidFilter, for an empty filter too, which must not match every group */
function filterOf({ query, baseUrl }: ScimRequest): { readonly filter?: GroupFilterInput } {
  const filter = query.get('filter');
  return filter === undefined ? {} : { filter: toGroupFilter(parseFilter(filter, CORE_GROUP), baseUrl) };
}

function get(operations: GroupOperations): Handler {
  return async (request) => {
    const requested = requestedOf(request.query);
    const condition = versionCondition(request.ifNoneMatch);
    if (condition !== undefined) {
      const { version } = await read(operations, request, false);
      if (meets(condition, version)) return { status: 304, headers: { ETag: entityTag(version) } };
    }
    return oneGroup(200, await read(operations, request, requested.withMembers), request, requested);
  };
}

function create(operations: GroupOperations): Handler {
  return async (request) => {
    const { contextValue, workspaceId, baseUrl } = request;
    const requested = requestedOf(request.query);
    const { displayName, externalId = null, memberIds = [] } = readGroup(await request.body());
    const { groupCreate } = await operations.createGroup(contextValue, {
      input: { workspaceId, displayName: required(displayName), externalId, memberIds },
      withMembers: requested.withMembers,
    });
    const answer = oneGroup(201, groupCreate.group, request, requested);
    const location = groupLocation(baseUrl, groupCreate.group.id);
    return { ...answer, headers: { ...answer.headers, Location: location } };
  };
}

/** The service refuses an empty name, and so a missing one. */
function required(displayName: string | undefined): string {
  return displayName ?? '';
}

/** Clears an external id that the body omits (RFC 7644 §3.5.1). Omitted members remain, as with null or an empty text; an empty list removes them. */
function replace(operations: GroupOperations): Handler {
  return async (request) => {
    const { displayName, externalId = null, ...members } = readGroup(await request.body());
    return update(operations, request, { displayName: required(displayName), externalId, ...members });
  };
}

function patch(operations: GroupOperations): Handler {
  return async (request) => {
    const changes = await groupChanges(parsePatch(await request.body(), CORE_GROUP), {
      id: request.id,
      members: async () => {
        const { everyMember = [] } = await read(operations, request, true);
        return everyMember.map((member) => memberValue(member, request.baseUrl));
      },
    });
    return update(operations, request, changes);
  };
}

/** Sends one request as one command, in one transaction. */
async function update(
  operations: GroupOperations,
  request: ScimRequest,
  changes: Omit<GroupUpdateInput, 'workspaceId' | 'groupId' | 'expectedVersion'>,
): Promise<ScimAnswer> {
  const { contextValue, workspaceId, id } = request;
  const requested = requestedOf(request.query);
  const version = await requiredVersion(request, 'group', versionReader(operations, request));
  const { groupUpdate } = await operations.updateGroup(contextValue, {
    input: { workspaceId, groupId: id, ...changes, ...version },
    withMembers: requested.withMembers,
  });
  return oneGroup(200, groupUpdate.group, request, requested);
}

function remove(operations: GroupOperations): Handler {
  return async (request) => {
    const { contextValue, workspaceId, id } = request;
    const version = await requiredVersion(request, 'group', versionReader(operations, request));
    await operations.deleteGroup(contextValue, { input: { workspaceId, groupId: id, ...version } });
    return { status: 204 };
  };
}

/** @throws DomainError NOT_FOUND */
async function read(
  operations: GroupOperations,
  { contextValue, workspaceId, id }: ScimRequest,
  withMembers: boolean,
): Promise<GroupData> {
  const { workspace } = await operations.getGroup(contextValue, { workspaceId, id, withMembers });
  const group = workspace?.group;
  if (group === undefined || group === null) throw noSuchGroup();
  return group;
}

function versionReader(operations: GroupOperations, request: ScimRequest): () => Promise<number> {
  return async () => (await read(operations, request, false)).version;
}

function oneGroup(
  status: number,
  group: GroupData,
  { baseUrl }: ScimRequest,
  { project, isWhole }: Requested,
): ScimAnswer {
  return {
    status,
    headers: { ETag: entityTag(group.version) },
    body: isWhole ? groupBody(group, baseUrl) : project(groupResource(group, baseUrl)),
  };
}

function noSuchGroup(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such group in this workspace.');
}
