import type { Database } from '../database/database.js';
import { query, rowOf } from '../database/query.js';
import * as apiKeys from '../services/api-keys.js';
import { localContext } from '../services/context/system.js';
import { addMember } from '../services/members/commands.js';
import { create as createWorkspace } from '../services/workspaces/commands.js';

/** A workspace created for development, with the secret of its key. */
export interface SeededWorkspace {
  readonly name: string;
  readonly version: 'V1' | 'V2';
  readonly workspaceId: string;
  readonly apiKey: string;
}

/**
 * Fills an empty database with data to try: a V1 workspace with seats and a V2 workspace with a credit pool, each with
 * an owner, members and a key for an identity provider.
 * @returns undefined when the database is not empty
 */
export async function seed(database: Database): Promise<SeededWorkspace[] | undefined> {
  const existing = await rowOf(database, query.selectFrom('workspace').select('id').limit(1));
  if (existing !== undefined) return undefined;
  return [await seedV1(database), await seedV2(database)];
}

async function seedV1(database: Database): Promise<SeededWorkspace> {
  const context = localContext(database, 'SYSTEM');
  const name = 'Acme Seats';
  const { workspace } = await createWorkspace(context, {
    name,
    version: 'V1',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: 'olivia@acme.test',
    seats: [
      { seatType: 'STARTER', total: 10 },
      { seatType: 'BUILDER', total: 5 },
      { seatType: 'PRO', total: 2 },
    ],
  });
  const people = [
    ['ben@acme.test', 'Ben', 'Ito', 'BUILDER'],
    ['cleo@acme.test', 'Cleo', 'Sand', 'BUILDER'],
    ['dan@acme.test', 'Dan', 'Ruiz', 'STARTER'],
    ['eve@acme.test', 'Eve', 'Moss', null],
  ] as const;
  for (const [userName, givenName, familyName, seatType] of people) {
    const access = { seat: { seatType, role: 'MEMBER' as const } };
    await addMember(context, {
      workspaceId: workspace.id,
      userName,
      profile: { name: { givenName, familyName } },
      access,
    });
  }
  return { name, version: 'V1', workspaceId: workspace.id, apiKey: await scimKey(database, workspace.id) };
}

async function seedV2(database: Database): Promise<SeededWorkspace> {
  const context = localContext(database, 'SYSTEM');
  const name = 'Acme Credits';
  const { workspace } = await createWorkspace(context, {
    name,
    version: 'V2',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: 'olivia@acme.test',
    monthlyCredits: 100_000,
  });
  const people = [
    ['ada@acme.test', 'Ada', 'Hart', { role: 'ADMIN' }],
    ['finn@acme.test', 'Finn', 'Berg', { role: 'EDITOR', creditLimit: 500 }],
    ['gia@acme.test', 'Gia', 'Lund', { role: 'EDITOR' }],
    ['hugo@acme.test', 'Hugo', 'Vale', { role: 'VIEWER' }],
  ] as const;
  for (const [userName, givenName, familyName, role] of people) {
    const profile = { name: { givenName, familyName } };
    await addMember(context, { workspaceId: workspace.id, userName, profile, access: { role } });
  }
  return { name, version: 'V2', workspaceId: workspace.id, apiKey: await scimKey(database, workspace.id) };
}

async function scimKey(database: Database, workspaceId: string): Promise<string> {
  const key = await apiKeys.create(localContext(database, 'SYSTEM'), {
    workspaceId,
    name: 'Okta',
    scopes: ['SCIM'],
  });
  return key.secret;
}
