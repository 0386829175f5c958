import { afterEach } from 'vitest';
import type { SimulationOptions } from '../../src/simulator/simulation.js';
import type { Summary } from '../../src/simulator/verdict.js';
import { type FakeServer, KEY, startFakeServer } from './fake-scim-server.js';

const servers: FakeServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Starts a server that is closed after the test. */
export async function start(...options: Parameters<typeof startFakeServer>): Promise<FakeServer> {
  const server = await startFakeServer(...options);
  servers.push(server);
  return server;
}

export type SimulationRun = Summary & { readonly lines: string[] };

/** Runs a simulation. @returns its log and its summary */
export function playing(provider: (options: SimulationOptions) => Promise<Summary>) {
  return async (baseUrl: string, token = KEY): Promise<SimulationRun> => {
    const lines: string[] = [];
    return { ...(await provider({ baseUrl, token, log: (line) => lines.push(line) })), lines };
  };
}

/** The names of the checks that failed. */
export function failures({ checks }: Summary): string[] {
  return checks.filter((check) => !check.ok).map((check) => check.name);
}
