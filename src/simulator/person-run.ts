import { type Answer, type Exchange, query, type ScimClient } from './client.js';
import { type ExpectedValue, idsIn, listProblems, userProblems, valueProblems } from './expectations.js';
import { isJsonObject, type JsonObject, type JsonValue, objectsAt, shown, valueAt } from './json-values.js';
import { type AttributeSet, expectedAccess, expectedValues, type Profile } from './profile.js';
import type { Verdict } from './verdict.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const ACTIVE: ExpectedValue = [['active'], true];
export const INACTIVE: ExpectedValue = [['active'], false];

/** The state that the steps of one run share. */
export interface PersonRun {
  readonly client: ScimClient;
  readonly verdict: Verdict;
  /** The page that this provider requests when it searches for a user; undefined: no paging. */
  readonly searchPage: { readonly startIndex: number; readonly count: number } | undefined;
  attributes: AttributeSet;
  profile: Profile;
  /** The id of the created user; undefined before it is created. */
  userId: string | undefined;
  /** Whether a create was sent: then there may be a user to delete, even if the answer was lost. */
  createSent: boolean;
  /** The ids to delete at the end: more than one when the server creates a duplicate. */
  readonly createdIds: Set<string>;
}

/** @returns all mapped attributes of this person: profile and access. */
export function wholeProfile(run: PersonRun, profile: Profile): readonly ExpectedValue[] {
  return [...expectedValues(profile), ...expectedAccess(profile, run.attributes)];
}

/** @returns the path of a user, its id encoded. */
export function pathOf(id: string): string {
  return `/Users/${encodeURIComponent(id)}`;
}

/**
 * @returns the id of the created user
 * @throws Error when no user was created; a scenario has to stop before that
 */
export function createdId(run: PersonRun): string {
  if (run.userId === undefined) throw new Error('a step needs the user before it was created');
  return run.userId;
}

/** Searches as providers do: the filter first, then the paging. */
export function searchFor(run: PersonRun, value: string, attribute = 'userName'): Promise<Exchange> {
  const filter = `${attribute} eq ${JSON.stringify(value)}`;
  return run.client.send('GET', `/Users${query({ filter, ...run.searchPage })}`);
}

/** Searches and checks that nobody is found. */
export async function findsNobody(
  run: PersonRun,
  name: string,
  value: string,
  attribute = 'userName',
): Promise<Answer | undefined> {
  return run.verdict.check(name, await searchFor(run, value, attribute), (answer) => {
    const problems = listProblems(answer, run.searchPage);
    const found = valueAt(answer.body, ['totalResults']);
    return problems.length > 0 || found === 0
      ? problems
      : [`the filter must find 0, it finds ${shown(found)}`];
  });
}

/** Searches for the created user and checks that it alone is found, with these values. */
export async function findsIt(
  run: PersonRun,
  name: string,
  value: string,
  expected: readonly ExpectedValue[],
  attribute = 'userName',
): Promise<void> {
  const id = createdId(run);
  run.verdict.check(name, await searchFor(run, value, attribute), (answer) => {
    const problems = listProblems(answer, run.searchPage);
    if (problems.length > 0) return problems;
    const found = idsIn(answer);
    if (found.length !== 1) return [`the filter must find exactly 1 user, it finds ${found.length}`];
    if (found[0] !== id) return ['the filter finds another user than the one created'];
    return valueProblems(objectsAt(answer.body, ['Resources'])[0], expected);
  });
}

/**
 * Reads the created user and checks the answer.
 * @returns what was read; undefined when there was nothing to build a PUT from
 */
export async function reads(
  run: PersonRun,
  name: string,
  expected: readonly ExpectedValue[],
): Promise<JsonObject | undefined> {
  const id = createdId(run);
  const answer = run.verdict.check(name, await run.client.send('GET', pathOf(id)), (received) =>
    userProblems(received, 200, [[['id'], id], ...expected]),
  );
  return answer?.status === 200 && isJsonObject(answer.body) ? answer.body : undefined;
}

/** Replaces the created user and checks that the answer is the whole resource with these values. */
export async function writes(
  run: PersonRun,
  name: string,
  body: JsonValue,
  problemsOf: (answer: Answer) => readonly string[],
): Promise<Answer | undefined> {
  const exchange = await run.client.send('PUT', pathOf(createdId(run)), { body });
  return run.verdict.check(name, exchange, problemsOf);
}

/** Patches the created user. The answer may be 204: the GET that follows shows the effect. */
export async function patches(
  run: PersonRun,
  name: string,
  Operations: readonly JsonObject[],
  problemsOf: (answer: Answer) => readonly string[],
): Promise<Answer | undefined> {
  const body = { schemas: [PATCH_OP], Operations };
  const exchange = await run.client.send('PATCH', pathOf(createdId(run)), { body });
  // RFC 7644 §3.5.2: "either MUST return a 200 OK response code and the entire resource … or MAY return HTTP
  // status code 204".
  return run.verdict.check(name, exchange, (answer) => (answer.status === 204 ? [] : problemsOf(answer)));
}
