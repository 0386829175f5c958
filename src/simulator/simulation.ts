import { type ProviderHeaders, ScimClient } from './client.js';
import type { PersonRun } from './person-run.js';
import { freshProfile } from './profile.js';
import { play, type Scenario } from './scenario.js';
import { type Summary, Verdict } from './verdict.js';

export interface SimulationOptions {
  /** The SCIM base URL, as an administrator enters it at the provider. */
  readonly baseUrl: string;
  /** The API key, as an administrator enters it at the provider: without a scheme. Never logged. */
  readonly token: string;
  readonly log: (line: string) => void;
  /** Used instead of the global fetch. */
  readonly fetch?: typeof fetch;
}

/** One identity provider: its headers and its steps. */
export interface Provider<Run extends PersonRun> extends Scenario<Run> {
  readonly headers: (token: string) => ProviderHeaders;
  readonly searchPage: PersonRun['searchPage'];
  /** Extends the state of a run by what this provider's steps need. */
  readonly begin: (run: PersonRun, options: SimulationOptions) => Run;
}

/**
 * Sends a provider's requests to any SCIM server, with one random user that is deleted at the end. Logs a line for every
 * request and its problems below it.
 * @returns the summary; no failure of the network or the server makes it throw
 */
export async function simulate<Run extends PersonRun>(
  provider: Provider<Run>,
  options: SimulationOptions,
): Promise<Summary> {
  const verdict = new Verdict(options.log, options.token);
  const client = new ScimClient({
    baseUrl: options.baseUrl,
    headers: provider.headers(options.token),
    fetch: options.fetch ?? fetch,
  });
  const run: PersonRun = {
    client,
    verdict,
    searchPage: provider.searchPage,
    attributes: 'plain',
    profile: freshProfile('plain'),
    userId: undefined,
    createSent: false,
    createdIds: new Set<string>(),
  };
  await play(provider, provider.begin(run, options));
  return verdict.summary();
}
