import { deleteCreated } from './created.js';
import { dialectOf } from './entra-dialect.js';
import { groups } from './entra-groups.js';
import { type EntraRun, entraHeaders } from './entra-run.js';
import { disable, provision, readBack, refusals, remove, testConnection, update } from './entra-users.js';
import { readSchemas } from './schemas.js';
import { type Provider, type SimulationOptions, simulate } from './simulation.js';
import type { Summary } from './verdict.js';

/** Entra's requests in their order, from the test of the connection to the deletion. */
const ENTRA: Provider<EntraRun> = {
  headers: entraHeaders,
  searchPage: undefined,
  begin: (run, { baseUrl }) => ({ ...run, dialect: dialectOf(baseUrl) }),
  steps: [testConnection, readSchemas, refusals, provision, readBack, update, groups, disable, remove],
  cleanUp: deleteCreated,
};

/**
 * Sends the requests of the provisioning service of Microsoft Entra ID, as its documentation shows them; in the
 * compliant dialect when the base URL has `?aadOptscim062020`. See `simulate`.
 */
export function simulateEntra(options: SimulationOptions): Promise<Summary> {
  return simulate(ENTRA, options);
}
