import type { SeatType, WorkspaceVersion } from '../domain/access.js';
import type { JsonObject } from '../domain/profile.js';
import { API_KEY_SCOPES, type ApiKeyScope, type Plan } from '../model/enums.js';
import * as apiKeys from '../services/api-keys.js';
import { create as mintSession } from '../services/sessions/create.js';
import { create as createWorkspaceRecord } from '../services/workspaces/commands.js';
import { type DatabaseOptions, run } from './run.js';
import type { Terminal } from './terminal.js';

interface WorkspaceOptions extends DatabaseOptions {
  readonly name: string;
  readonly version: WorkspaceVersion;
  readonly owner: string;
  readonly ownerName?: JsonObject;
  readonly plan: Plan;
  readonly scim?: boolean;
  readonly seats?: { seatType: SeatType; total: number }[];
  readonly credits?: number;
}

/** `rollcall workspace create` */
export function createWorkspace(terminal: Terminal, options: WorkspaceOptions): Promise<void> {
  return run(terminal, options, async ({ context, origin }) => {
    const { workspace, ownerMemberId } = await createWorkspaceRecord(context, {
      name: options.name,
      version: options.version,
      plan: options.plan,
      scimEnabled: options.scim ?? false,
      ownerEmail: options.owner,
      ownerProfile: options.ownerName === undefined ? null : { name: options.ownerName },
      seats: options.seats ?? null,
      monthlyCredits: options.credits ?? null,
    });
    const { secret } = await apiKeys.create(context, {
      workspaceId: workspace.id,
      name: 'All scopes',
      description: 'Made by rollcall workspace create.',
      scopes: API_KEY_SCOPES,
    });
    return {
      workspaceId: workspace.id,
      ownerMemberId,
      scimBaseUrl: `${origin}/scim/v2/organizations/${workspace.id}`,
      graphqlUrl: `${origin}/graphql`,
      apiKey: secret,
    };
  });
}

interface KeyOptions extends DatabaseOptions {
  readonly workspace: string;
  readonly name: string;
  readonly scopes: ApiKeyScope[];
}

/** `rollcall key create` */
export function createKey(terminal: Terminal, options: KeyOptions): Promise<void> {
  return run(terminal, options, async ({ context }) => {
    const { workspace: workspaceId, name, scopes } = options;
    const { apiKey, secret } = await apiKeys.create(context, { workspaceId, name, scopes });
    return { keyId: apiKey.id, apiKey: secret };
  });
}

interface SessionOptions extends DatabaseOptions {
  readonly email: string;
  readonly createAccount?: boolean;
}

/** `rollcall session create` */
export function createSession(terminal: Terminal, options: SessionOptions): Promise<void> {
  return run(terminal, options, async ({ context }) => {
    const { email, createAccount = false } = options;
    const { token, expiresAt } = await mintSession(context, { email, createAccount });
    return { token, expiresAt: expiresAt.toISOString() };
  });
}
