import { ScimClient } from './client.js';
import { assign, conflict, deleteCreated, readBack } from './okta-assignment.js';
import {
  assignAgain,
  changeAccess,
  echo,
  switchByPut,
  unassign,
  unassignAgain,
  update,
} from './okta-changes.js';
import { importUsers, readSchemas, refusals, testCredentials } from './okta-connection.js';
import { freshProfile } from './okta-profile.js';
import { type OktaRun, oktaHeaders } from './okta-run.js';
import { play, type Scenario } from './scenario.js';
import { type Summary, Verdict } from './verdict.js';

export interface SimulationOptions {
  /** The SCIM base URL, as an administrator enters it in Okta. */
  readonly baseUrl: string;
  /** The API key, as an administrator enters it in Okta: without a scheme. Never written anywhere. */
  readonly token: string;
  readonly log: (line: string) => void;
  /** In place of the global fetch. */
  readonly fetch?: typeof fetch;
}

/** Okta's work in its order, from the settings of the app to the last unassignment. */
const OKTA: Scenario<OktaRun> = {
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

/**
 * Plays what Okta ("SCIM 2.0 Test App (Header Auth)") does against any SCIM server, seen from outside only,
 * with
 * one random user that is deleted at the end. Writes a line for every request and its problems below it.
 * @returns the verdict; nothing that a network or a server does makes it throw
 */
export async function simulateOkta(options: SimulationOptions): Promise<Summary> {
  const verdict = new Verdict(options.log, options.token);
  const client = new ScimClient({
    baseUrl: options.baseUrl,
    headers: oktaHeaders(options.token),
    fetch: options.fetch ?? fetch,
  });
  await play(OKTA, {
    client,
    verdict,
    attributes: 'plain',
    profile: freshProfile('plain'),
    userId: undefined,
    createSent: false,
    createdIds: new Set<string>(),
  });
  return verdict.summary();
}
