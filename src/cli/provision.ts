import type { SeatType, WorkspaceVersion } from '../domain/access.js';
import { API_KEY_SCOPES, type ApiKeyScope, type Plan } from '../model/enums.js';
import type { Config } from '../server/config.js';
import * as apiKeys from '../services/api-keys.js';
import { create as mintSession } from '../services/sessions/create.js';
import * as workspaces from '../services/workspaces/workspaces.js';
import { type OutputOptions, run } from './run.js';

interface WorkspaceOptions extends OutputOptions {
  readonly name: string;
  readonly version: WorkspaceVersion;
  readonly owner: string;
  readonly plan: Plan;
  readonly scim?: boolean;
  readonly seats?: { seatType: SeatType; total: number }[];
  readonly credits?: number;
}

/** `rollcall workspace create` */
export function createWorkspace(options: WorkspaceOptions): Promise<void> {
  return run(options, async (context, config) => {
    const { workspace, ownerMemberId } = await workspaces.create(context, {
      name: options.name,
      version: options.version,
      plan: options.plan,
      scimEnabled: options.scim ?? false,
      ownerEmail: options.owner,
      seats: options.seats ?? null,
      monthlyCredits: options.credits ?? null,
    });
    const { secret } = await apiKeys.create(context, {
      workspaceId: workspace.id,
      name: 'All scopes',
      description: 'Made by rollcall workspace create.',
      scopes: API_KEY_SCOPES,
    });
    const origin = originOf(config);
    return {
      workspaceId: workspace.id,
      ownerMemberId,
      scimBaseUrl: `${origin}/scim/v2/organizations/${workspace.id}`,
      graphqlUrl: `${origin}/graphql`,
      apiKey: secret,
    };
  });
}

interface KeyOptions extends OutputOptions {
  readonly workspace: string;
  readonly name: string;
  readonly scopes: ApiKeyScope[];
}

/** `rollcall key create` */
export function createKey(options: KeyOptions): Promise<void> {
  return run(options, async (context) => {
    const { workspace: workspaceId, name, scopes } = options;
    const { apiKey, secret } = await apiKeys.create(context, { workspaceId, name, scopes });
    return { keyId: apiKey.id, apiKey: secret };
  });
}

interface SessionOptions extends OutputOptions {
  readonly email: string;
}

/** `rollcall session create` */
export function createSession(options: SessionOptions): Promise<void> {
  return run(options, async (context) => {
    const { token, expiresAt } = await mintSession(context, { email: options.email });
    return { token, expiresAt: expiresAt.toISOString() };
  });
}

/** Where the server is, or would be, reached. */
function originOf({ publicUrl, port }: Config): string {
  return publicUrl ?? `http://localhost:${port}`;
}
