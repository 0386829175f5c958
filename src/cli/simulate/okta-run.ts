import { type Answer, type Exchange, type ProviderHeaders, query, type ScimClient } from './client.js';
import { type ExpectedValue, idsIn, listProblems, userProblems, valueProblems } from './expectations.js';
import { isJsonObject, type JsonObject, type JsonValue, objectsAt } from './json-values.js';
import { type AttributeSet, expectedAccess, expectedValues, type Profile } from './okta-profile.js';
import type { Verdict } from './verdict.js';

/** Okta's import and its search for a user ask for pages of this size. */
export const PAGE_SIZE = 100;

export const ACTIVE: ExpectedValue = [['active'], true];
export const INACTIVE: ExpectedValue = [['active'], false];

/** @returns how the app "SCIM 2.0 Test App (Header Auth)" speaks: the token verbatim, without a scheme. */
export function oktaHeaders(token: string): ProviderHeaders {
  return {
    userAgent: 'Okta SCIM Client 1.0.0',
    accept: 'application/scim+json',
    bodyType: 'application/scim+json; charset=utf-8',
    authorization: token,
  };
}

/** What the steps of one run know together. */
export interface OktaRun {
  readonly client: ScimClient;
  readonly verdict: Verdict;
  attributes: AttributeSet;
  profile: Profile;
  /** Id of the created user; undefined until there is one. */
  userId: string | undefined;
  /** Whether a create went out: then there may be a user to take back, even if the answer was lost. */
  createSent: boolean;
  /** Ids to take back at the end: more than one when the server creates a duplicate. */
  readonly createdIds: Set<string>;
}

/** @returns all that was mapped for this person: who it is, and what it may do. */
export function wholeProfile(run: OktaRun, profile: Profile): readonly ExpectedValue[] {
  return [...expectedValues(profile), ...expectedAccess(profile, run.attributes)];
}

/** @returns the path of a user, its id encoded. */
export function pathOf(id: string): string {
  return `/Users/${encodeURIComponent(id)}`;
}

/** @throws Error when no user was created: a mistake in the scenario, since it stops there. */
function createdId(run: OktaRun): string {
  if (run.userId === undefined) throw new Error('a step asks for the user before there is one');
  return run.userId;
}

/** Searches by userName the way Okta does: the filter first, then the paging. */
export function searchFor(run: OktaRun, userName: string): Promise<Exchange> {
  const filter = `userName eq ${JSON.stringify(userName)}`;
  return run.client.send('GET', `/Users${query({ filter, startIndex: 1, count: PAGE_SIZE })}`);
}

/** Searches for the created user and judges that exactly it is found, with these values. */
export async function findsIt(
  run: OktaRun,
  name: string,
  userName: string,
  expected: readonly ExpectedValue[],
): Promise<void> {
  const id = createdId(run);
  run.verdict.judge(name, await searchFor(run, userName), (answer) => {
    const problems = listProblems(answer, { startIndex: 1, count: PAGE_SIZE });
    if (problems.length > 0) return problems;
    const found = idsIn(answer);
    if (found.length !== 1) return [`the filter must find exactly 1 user, it finds ${found.length}`];
    if (found[0] !== id) return ['the filter finds another user than the one created'];
    return valueProblems(objectsAt(answer.body, ['Resources'])[0], expected);
  });
}

/**
 * Reads the created user and judges the answer.
 * @returns what was read; undefined when there was nothing to build a PUT from
 */
export async function reads(
  run: OktaRun,
  name: string,
  expected: readonly ExpectedValue[],
): Promise<JsonObject | undefined> {
  const id = createdId(run);
  const answer = run.verdict.judge(name, await run.client.send('GET', pathOf(id)), (given) =>
    userProblems(given, 200, [[['id'], id], ...expected]),
  );
  return answer?.status === 200 && isJsonObject(answer.body) ? answer.body : undefined;
}

/** Replaces the created user and judges that the answer is the whole resource with these values. */
export async function writes(
  run: OktaRun,
  name: string,
  body: JsonValue,
  problemsOf: (answer: Answer) => readonly string[],
): Promise<Answer | undefined> {
  const exchange = await run.client.send('PUT', pathOf(createdId(run)), { body });
  return run.verdict.judge(name, exchange, problemsOf);
}

/** Switches `active` by the PATCH without a path that this app sends. */
export async function patchesActive(run: OktaRun, name: string, active: boolean): Promise<void> {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value: { active } }],
  };
  const exchange = await run.client.send('PATCH', pathOf(createdId(run)), { body });
  // RFC 7644 §3.5.2: "either MUST return a 200 OK response code and the entire resource … or MAY return HTTP
  // status code 204". Servers that answer Okta with 204 are in use; what it did is seen by the GET that
  // follows.
  run.verdict.judge(name, exchange, (answer) =>
    answer.status === 204 ? [] : userProblems(answer, 200, [[['active'], active]]),
  );
}
