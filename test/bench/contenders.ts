import { execFile } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { graphqlOperations } from './graphql-operations.ts';
import { type Operation, type ScimSide, scimOperations } from './operations.ts';
import { scimmyPeer } from './peers/peer.ts';
import type { Seeded } from './seed.ts';
import { type ServerProcess, type ServerSettings, startServer } from './server-process.ts';
import { subscribe } from './subscribers.ts';

export const POOL_SIZE = 20;

/** A measured server, with its operations. */
export interface Contender {
  readonly name: string;
  /** Its processes, which serve the rounds in turn. */
  readonly servers: readonly [ServerProcess, ...ServerProcess[]];
  /** The operations that it supports. */
  readonly operations: readonly Operation[];
}

/** The bench's database, filled. */
export interface Arena {
  readonly target: DatabaseTarget;
  readonly seeded: Seeded;
  /** Further workspaces: with them, each connection asks one of its own. */
  readonly others: readonly Seeded[];
  readonly members: number;
  /** How many processes a contender has. */
  readonly processes: number;
  /** Told how to stop whatever is started. */
  onStart(stop: () => Promise<void>): void;
}

/** As `npm start` has them. */
export const OUR_FLAGS = ['--max-semi-space-size=32'];

/** Our server, composed as the product composes it. */
export function ours(arena: Arena): Promise<Contender> {
  return contender(arena, 'ours', 'rollcall-server.ts', operationsOfTheModel(arena), OUR_FLAGS);
}

/** The same, which keeps its statements. */
export function keepingStatements(arena: Arena): Promise<Contender> {
  return contender(arena, 'ours', 'rollcall-server.ts', [], OUR_FLAGS, { keepsStatements: true });
}

/** The same processes without the provisioning log, which may cost a request 5 % at most (rule 53). */
export function withoutLog({ servers: [first, ...others], operations }: Contender): Contender {
  const second = (server: ServerProcess) => ({ ...server, url: server.secondUrl ?? server.url });
  return { name: 'no log', servers: [second(first), ...others.map(second)], operations };
}

/** The same with subscriptions, 20 of them to the workspace that is asked. */
export async function followed(arena: Arena, subscribers: number): Promise<Contender> {
  const made = await contender(
    arena,
    'followed',
    'rollcall-server.ts',
    operationsOfTheModel(arena),
    OUR_FLAGS,
  );
  for (const { url } of made.servers) arena.onStart(await subscribe(arena, url, subscribers));
  return made;
}

/** The least that the same answers cost. */
export function floor(arena: Arena): Promise<Contender> {
  return contender(arena, 'floor', 'floor-server.ts', operationsOfTheModel(arena));
}

/** Other SCIM servers: one on our tables, and one on its own, which are filled for it. */
export async function peers(arena: Arena): Promise<readonly Contender[]> {
  await installPeers();
  const { target, seeded, members } = arena;
  const { seedBetterAuth }: PeerSeed = await import(peer('better-auth-seed.ts').href);
  const betterAuth = await seedBetterAuth(target, members);
  return [
    await contender(arena, 'scimmy', 'peers/scimmy-server.ts', scimOperations(scimmyPeer(seeded), members)),
    await contender(arena, 'better-auth', 'peers/better-auth-server.ts', scimOperations(betterAuth, members)),
  ];
}

/** Its module cannot be checked with ours: its packages are its own, and not always there. */
interface PeerSeed {
  seedBetterAuth(target: DatabaseTarget, members: number): Promise<ScimSide>;
}

function operationsOfTheModel({ seeded, others, members }: Arena): readonly Operation[] {
  const first = operationsOfWorkspace(seeded, members);
  const further = others.map((other) => operationsOfWorkspace(other, members));
  return first.map(({ name, requests }, index) => ({
    name,
    requests: (connection, connections) => {
      const workspace = connection % (others.length + 1);
      const { requests: own } = further[workspace - 1]?.[index] ?? { requests };
      return own(connection, connections);
    },
  }));
}

function operationsOfWorkspace(seeded: Seeded, members: number): readonly Operation[] {
  const { workspaceId, apiKey, sample, active } = seeded;
  const side: ScimSide = {
    usersPath: `/scim/v2/organizations/${workspaceId}/Users`,
    authorization: apiKey,
    sample,
    active,
    bodyOf: (user) => user,
  };
  // Whoever is left inactive by the last operation of SCIM's has no access to set.
  return [...graphqlOperations(seeded), ...scimOperations(side, members)];
}

async function contender(
  { target, processes, onStart }: Arena,
  name: string,
  file: string,
  operations: readonly Operation[],
  flags: readonly string[] = [],
  settings: Pick<ServerSettings, 'keepsStatements'> = {},
): Promise<Contender> {
  // The request log is written, as in production, and kept by nobody.
  const log = openSync(devNull, 'w');
  const start = async () => {
    const server = await startServer(file, { target, poolSize: POOL_SIZE, ...settings }, log, flags);
    onStart(server.stop);
    return server;
  };
  const servers: [ServerProcess, ...ServerProcess[]] = [await start()];
  while (servers.length < processes) servers.push(await start());
  return { name, servers, operations };
}

function peer(file: string): URL {
  return new URL(`./peers/${file}`, import.meta.url);
}

/** Once: a package of their own keeps the peers out of the product's dependencies. */
async function installPeers(): Promise<void> {
  if (existsSync(peer('node_modules'))) return;
  console.error('installing the peers');
  // On Windows npm is a script, which takes a shell to start.
  const options = { cwd: fileURLToPath(peer('.')), shell: process.platform === 'win32' };
  await promisify(execFile)('npm', ['ci'], options);
}
