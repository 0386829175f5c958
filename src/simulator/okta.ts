import type { ProviderHeaders } from './client.js';
import { deleteCreated } from './created.js';
import { assign, conflict, readBack } from './okta-assignment.js';
import {
  assignAgain,
  changeAccess,
  echo,
  switchByPut,
  unassign,
  unassignAgain,
  update,
} from './okta-changes.js';
import { importUsers, PAGE_SIZE, refusals, testCredentials } from './okta-connection.js';
import type { PersonRun } from './person-run.js';
import { readSchemas } from './schemas.js';
import { type Provider, type SimulationOptions, simulate } from './simulation.js';
import type { Summary } from './verdict.js';

/** Okta's requests in their order, from the settings of the app to the last unassignment. */
const OKTA: Provider<PersonRun> = {
  headers: oktaHeaders,
  searchPage: { startIndex: 1, count: PAGE_SIZE },
  begin: (run) => run,
  steps: [
    testCredentials,
    readSchemas,
    refusals,
    importUsers,
    assign,
    readBack,
    conflict,
    update,
    changeAccess,
    echo,
    unassign,
    switchByPut,
    assignAgain,
    unassignAgain,
  ],
  cleanUp: deleteCreated,
};

/** Sends the requests of Okta's app "SCIM 2.0 Test App (Header Auth)"; see `simulate`. */
export function simulateOkta(options: SimulationOptions): Promise<Summary> {
  return simulate(OKTA, options);
}

/** @returns the headers of the app "SCIM 2.0 Test App (Header Auth)": the token verbatim, without a scheme. */
function oktaHeaders(token: string): ProviderHeaders {
  return {
    userAgent: 'Okta SCIM Client 1.0.0',
    accept: 'application/scim+json',
    bodyType: 'application/scim+json; charset=utf-8',
    authorization: token,
  };
}
