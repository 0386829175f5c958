import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/profile.js';
import type { ProvisioningRequest } from '../../domain/provisioning.js';
import { CORE_USER } from '../discovery/attributes.js';
import type { MemberFilterInput } from '../filter/inputs.js';
import { toMemberFilter } from '../filter/members.js';
import { parseFilter } from '../filter/parser.js';
import { type Sorting, sortingOf } from '../filter/sort.js';
import type { Endpoint, Handler, ScimAnswer, ScimRequest } from '../http/endpoint.js';
import { entityTag, meets, versionCondition } from '../http/entity-tag.js';
import { listing, type PageRequest, type ResourceSource } from '../http/listing.js';
import { requiredVersion, requirePreconditions } from '../http/preconditions.js';
import { type Projection, projectionOf } from '../http/projection.js';
import { accessOnly, applyPatch, type Touched } from '../patch/apply.js';
import { type PatchOperation, parsePatch } from '../patch/operations.js';
import {
  type MemberData,
  type MemberPage,
  nextPlace,
  type Operations,
  type Provisioned,
  pageVariables,
  positionsOf,
} from './operations.js';
import { readUser, type SentUser, userLocation, userResource } from './resource.js';

/** How often a PATCH is retried when another request changes the member between reading and writing. */
const PATCH_ATTEMPTS = 40;
const LONGEST_PAUSE_MS = 100;

/** The endpoints `/Users` and `/Users/{id}` (RFC 7644 §3.3 to §3.6). */
export function userEndpoints(operations: Operations): readonly Endpoint[] {
  return [
    {
      path: '/Users',
      methods: {
        GET: listing(userSource(operations)),
        POST: create(operations),
      },
    },
    {
      path: '/Users/:id',
      methods: {
        GET: get(operations),
        PUT: replace(operations),
        PATCH: patch(operations),
        DELETE: remove(operations),
      },
    },
  ];
}

/** The users of a workspace, page by page. */
export function userSource(operations: Operations): ResourceSource {
  return {
    path: '/Users',
    async page(request, page) {
      const project = projectionOf(request.query);
      const sorting = sortingOf(request.query, CORE_USER, page.positions);
      const { totalCount, nodes, pageInfo, edges } = await pageOf(operations, request, page, sorting);
      const { workspaceVersion, baseUrl } = request;
      const users = nodes.map((member) => userResource(member, workspaceVersion, baseUrl));
      return {
        totalResults: totalCount,
        resources: users.map(project),
        next: nextPlace(pageInfo),
        ...positionsOf(users, edges, sorting),
      };
    },
  };
}

async function pageOf(
  operations: Operations,
  request: ScimRequest,
  page: PageRequest,
  sorting: Sorting,
): Promise<MemberPage> {
  const { workspaceId, contextValue } = request;
  const { filter } = filterOf(request);
  const userName = userNameIn(filter);
  if (userName !== undefined && page.after === undefined && page.positions !== true) {
    const { workspace } = await operations.findMember(contextValue, { workspaceId, userName });
    return pageOfOne(workspace?.member ?? null, page);
  }
  const { workspace } = await operations.listMembers(contextValue, {
    ...pageVariables(request, page, sorting),
    ...(filter === undefined ? {} : { filter }),
  });
  if (workspace === null) throw noSuchUser();
  return workspace.members;
}

/**
 * The userName of a filter that consists of `userName eq` alone, which matches at most one user. Okta and Entra send it
 * before every assignment, and reading one member takes half the time of a list.
 */
function userNameIn(filter: MemberFilterInput | undefined): string | undefined {
  const { userName, ...others } = filter ?? {};
  const { eq, ...comparisons } = userName ?? {};
  const isAlone = Object.keys(others).length === 0 && Object.keys(comparisons).length === 0;
  return isAlone && typeof eq === 'string' ? eq : undefined;
}

function pageOfOne(member: MemberData | null, { first, offset = 0 }: PageRequest): MemberPage {
  if (member === null) return { totalCount: 0, nodes: [] };
  return { totalCount: 1, nodes: first > 0 && offset === 0 ? [member] : [] };
}

/** @throws ScimError invalidFilter, for an empty filter too, which must not match every user */
function filterOf({ query, workspaceVersion, baseUrl }: ScimRequest): {
  readonly filter?: MemberFilterInput;
} {
  const filter = query.get('filter');
  return filter === undefined
    ? {}
    : { filter: toMemberFilter(parseFilter(filter), workspaceVersion, baseUrl) };
}

function get(operations: Operations): Handler {
  return async (request) => {
    const project = projectionOf(request.query);
    const member = await read(operations, request);
    const condition = versionCondition(request.ifNoneMatch);
    if (condition !== undefined && meets(condition, member.version)) {
      return { status: 304, headers: { ETag: entityTag(member.version) } };
    }
    return oneUser(200, { member, tookUserName: false }, request, project);
  };
}

/** A former member who is added again gets the attributes of the body only, like a new one. */
function create(operations: Operations): Handler {
  return async (request) => {
    const project = projectionOf(request.query);
    const user = readUser(await request.body());
    requireUserName(user);
    const provisioned = await provision(operations, request, { mode: 'CREATE', externalId: null, ...user });
    const answer = oneUser(201, provisioned, request, project);
    const Location = userLocation(request.baseUrl, provisioned.member.id);
    return { ...answer, headers: { ...answer.headers, Location } };
  };
}

/**
 * RFC 7643 §4.1.1: userName is REQUIRED, as `/Schemas` says; GraphQL takes the e-mail address for it (rule 14). The
 * service refuses a person with neither.
 * @throws DomainError INVALID_INPUT
 */
function requireUserName({ userName, profile }: SentUser): void {
  if ((userName ?? null) !== null || profile.emails === undefined) return;
  throw new DomainError('INVALID_INPUT', 'userName is required and cannot be empty.', {
    attribute: 'userName',
    hint: 'Map userName to the e-mail address.',
  });
}

/**
 * Replaces the attributes of the person. Access that the body omits does not change; an omitted `externalId` is cleared,
 * like the profile. The service refuses a missing userName.
 */
function replace(operations: Operations): Handler {
  return async (request) => {
    const project = projectionOf(request.query);
    const user = readUser(await request.body());
    const provisioned = await provision(operations, request, {
      mode: 'REPLACE',
      memberId: request.id,
      externalId: null,
      ...user,
      ...(await requiredVersion(request, 'user', versionReader(operations, request))),
    });
    return oneUser(200, provisioned, request, project);
  };
}

/**
 * Reads the member, applies the operations, and writes the result with the version that was read. When that version is
 * stale and the client required none, it starts again. Operations on access alone, such as a deactivation, need no read.
 */
function patch(operations: Operations): Handler {
  return async (request) => {
    const project = projectionOf(request.query);
    const changes = parsePatch(await request.body());
    const touched = isUnconditional(request) ? accessOnly(changes) : undefined;
    if (touched !== undefined) {
      const input = { mode: 'PATCH', memberId: request.id, ...accessInput(touched) } as const;
      return oneUser(200, await provision(operations, request, input), request, project);
    }
    const condition = versionCondition(request.ifMatch);
    const mayRepeat = condition === undefined || condition === 'any';
    for (let attempt = 1; ; attempt++) {
      const current = await read(operations, request);
      requirePreconditions(request, 'user', current.version);
      try {
        const provisioned = await provision(operations, request, patchInput(current, changes, request));
        return oneUser(200, provisioned, request, project);
      } catch (error) {
        if (!isStaleVersion(error) || !mayRepeat || attempt === PATCH_ATTEMPTS) throw error;
        await pause(attempt);
      }
    }
  };
}

/**
 * The input for a PATCH: the access attributes that an operation named, and the whole profile that results, which is
 * valid only for the version that was read. A PATCH that leaves the person unchanged needs no version.
 */
function patchInput(
  current: MemberData,
  changes: readonly PatchOperation[],
  request: ScimRequest,
): Omit<ProvisioningRequest, 'workspaceId'> {
  const user = userResource(current, request.workspaceVersion, request.baseUrl);
  const { resource, touched } = applyPatch(user, changes);
  const person = personOf(resource);
  const isSamePerson = isDeepStrictEqual(person, personOf(user));
  return {
    mode: 'PATCH',
    memberId: current.id,
    ...(isSamePerson ? {} : person),
    ...accessInput(touched),
    ...(isSamePerson && isUnconditional(request) ? {} : { expectedVersion: current.version }),
  };
}

function isUnconditional({ ifMatch, ifNoneMatch }: ScimRequest): boolean {
  return ifMatch === undefined && ifNoneMatch === undefined;
}

function accessInput({ active, ...access }: Touched): Partial<ProvisioningRequest> {
  // An empty `active` counts as not sent.
  return active === undefined || active === '' ? access : { ...access, active };
}

function personOf(user: JsonObject): Pick<ProvisioningRequest, 'userName' | 'externalId' | 'profile'> {
  const { userName, externalId = null, profile } = readUser(user);
  return { ...(userName === undefined ? {} : { userName }), externalId, profile };
}

function remove(operations: Operations): Handler {
  return async (request) => {
    const { contextValue, workspaceId, id } = request;
    const version = await requiredVersion(request, 'user', versionReader(operations, request));
    await orNoSuchUser(
      operations.deleteMember(contextValue, { input: { workspaceId, memberId: id, ...version } }),
    );
    return { status: 204 };
  };
}

/** @throws DomainError NOT_FOUND */
async function read(
  operations: Operations,
  { contextValue, workspaceId, id }: ScimRequest,
): Promise<MemberData> {
  const { workspace } = await operations.getMember(contextValue, { workspaceId, id });
  const member = workspace?.member;
  if (member === undefined || member === null) throw noSuchUser();
  return member;
}

function versionReader(operations: Operations, request: ScimRequest): () => Promise<number> {
  return async () => (await read(operations, request)).version;
}

async function provision(
  operations: Operations,
  { contextValue, workspaceId }: ScimRequest,
  input: Omit<ProvisioningRequest, 'workspaceId'>,
): Promise<Provisioned> {
  const { memberProvision } = await orNoSuchUser(
    operations.provisionMember(contextValue, { input: { workspaceId, ...input } }),
  );
  return memberProvision;
}

function oneUser(
  status: number,
  { member, tookUserName }: Provisioned,
  request: ScimRequest,
  project: Projection,
): ScimAnswer {
  return {
    status,
    tookUserName,
    headers: { ETag: entityTag(member.version) },
    body: project(userResource(member, request.workspaceVersion, request.baseUrl)),
  };
}

function noSuchUser(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no user with this id in this workspace.');
}

/** An unknown id is answered alike by every method: the service calls it a member, which is no word of SCIM. */
async function orNoSuchUser<Result>(done: Promise<Result>): Promise<Result> {
  try {
    return await done;
  } catch (error) {
    throw error instanceof DomainError && error.code === 'NOT_FOUND' ? noSuchUser() : error;
  }
}

function isStaleVersion(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'STALE_VERSION';
}

/** Waits for a random time, longer with each attempt, so that competing requests do not collide again. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(resolve, Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS)),
  );
}
