import { expect } from 'vitest';
import type { WorkspaceVersion } from '../../../../src/domain/access.js';
import { REQUEST_ID, UUID } from '../operations.js';
import { personNumber } from './populated.js';

export const CURSOR = expect.stringMatching(/^[\w-]+$/);
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const COUNT = expect.any(Number);

export const ALLOWED = { allowed: true, code: null, reason: null };
export const refusal = (code: string, reason: string) => ({ allowed: false, code, reason });
export const forbidden = (action: string) => refusal('FORBIDDEN', `You may not do this (${action}).`);
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

/** A row of the members page, from what was done with the person. */
export function rowOf(number: number, { id, version, promote, demote }: RowOptions): object {
  const person = personNumber(number, version);
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
    account: { id: UUID, email: person.userName },
    membership: person.active ? { id: UUID, startedAt: TIME } : null,
    memberships: { totalCount: person.stays },
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

/** What an entry says has become of attributes. */
export function changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): object {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    names.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}
