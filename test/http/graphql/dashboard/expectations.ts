import { expect } from 'vitest';
import { type Action, needed } from '../../../../src/auth/policy.js';
import type { WorkspaceVersion } from '../../../../src/domain/access.js';
import { ACCOUNT_ID, REQUEST_ID, UUID } from '../operations.js';
import { POOL, personNumber, usedBy } from './populated.js';

export const CURSOR = expect.stringMatching(/^[\w-]+$/);
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const COUNT = expect.any(Number);

export const ALLOWED = { allowed: true, refusal: null };
export const refusal = (code: string, message: string, hint: unknown = expect.toSatisfy(isHint)) => ({
  allowed: false,
  refusal: { code, message, hint },
});
export const forbidden = (action: Action) =>
  refusal('FORBIDDEN', `You may not do this. It needs ${needed(action)}.`);

function isHint(hint: unknown): boolean {
  return hint === null || typeof hint === 'string';
}

export const NO_OWNER = refusal('INVALID_INPUT', 'The member is not an owner.');
const NOT_ACTIVE = refusal('INVALID_INPUT', 'The member is not active.');

export const SEATS = [
  { seatType: 'BUILDER', total: 5, used: 0, available: 5 },
  { seatType: 'PRO', total: 40, used: 30, available: 10 },
  { seatType: 'STARTER', total: 60, used: 26, available: 34 },
];

export const NO_LIMITS = refusal('WRONG_WORKSPACE_VERSION', 'V1 workspaces have no credit limits.');
const NO_LIMIT_OF_ROLE = refusal(
  'CREDIT_LIMIT_NOT_ALLOWED',
  'creditLimit can only be set on admin or editor roles.',
);
export const NO_SEATS = refusal('WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.');
export const NO_CREDITS = refusal('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.');

interface RowOptions {
  readonly id: string;
  readonly version: WorkspaceVersion;
  readonly promote: object;
  readonly demote: object;
}

export const MONTH = expect.stringMatching(/^\d{4}-\d\d$/);

/** The usage of a member in this month. Null on V1. */
export function usageOf(number: number, version: WorkspaceVersion) {
  if (version === 'V1') return null;
  const { role, isGiven } = personNumber(number, version);
  const used = usedBy(number);
  const limit = role === 'EDITOR' && isGiven ? 50 : null;
  const left = limit === null ? POOL - usedBy() : limit - used;
  return {
    month: MONTH,
    used,
    limit,
    limitSource: limit === null ? null : 'MEMBER',
    remaining: role === 'EDITOR' ? left : 0,
    blockedBy: role !== 'EDITOR' ? 'ROLE' : left === 0 ? 'MEMBER_LIMIT' : null,
  };
}

/** A row of the members page, from the person's changes. */
export function rowOf(number: number, { id, version, promote, demote }: RowOptions): object {
  const person = personNumber(number, version);
  const { month: _, limitSource: __, ...usage } = usageOf(number, version) ?? {};
  const limit =
    version === 'V1' ? NO_LIMITS : person.role === 'EDITOR' ? ALLOWED : person.active && NO_LIMIT_OF_ROLE;
  return {
    id,
    version: COUNT,
    userName: person.userName,
    externalId: number === 5 ? 'ext-5' : null,
    active: person.active,
    role: person.role,
    managedBy: 'WORKSPACE',
    accessSetBy: person.active && person.isGiven ? 'WORKSPACE' : null,
    createdAt: TIME,
    updatedAt: TIME,
    profile: {
      displayName: person.displayName,
      title: null,
      emails: [{ value: person.userName, primary: true }],
    },
    access: person.access,
    usage: version === 'V1' ? null : usage,
    account: { id: ACCOUNT_ID, email: person.userName },
    membership: person.active ? { id: UUID, startedAt: TIME } : null,
    memberships: { totalCount: person.memberships },
    history: { nodes: [{ id: UUID, action: person.lastAction, at: TIME }] },
    groups: person.groups.map((displayName) => ({ id: UUID, displayName })),
    viewerCan: {
      setAccess: person.active ? ALLOWED : NOT_ACTIVE,
      setCreditLimit: person.active ? limit : NOT_ACTIVE,
      remove: person.active ? ALLOWED : NOT_ACTIVE,
      promote: person.active || promote !== ALLOWED ? promote : NOT_ACTIVE,
      demote,
    },
  };
}

export function entry(action: string, changed: object): object {
  return {
    id: UUID,
    at: TIME,
    action,
    actorType: 'OPERATOR',
    actorLabel: 'operator',
    channel: 'GRAPHQL',
    changes: changed,
    requestId: REQUEST_ID,
  };
}

/** The changes of an audit entry. */
export function changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): object {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    names.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}
