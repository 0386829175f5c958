import type { Names } from './rows.js';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers that say when and where, and not what. */
const SAID_OF_EVERY_ANSWER = new Set(['date', 'x-request-id', 'connection', 'keep-alive', 'content-length']);

/** Sends a request and reads the whole answer. Redirects are not followed. */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const headers = [...response.headers]
    .filter(([name]) => !SAID_OF_EVERY_ANSWER.has(name))
    .map(([name, value]) => [name, name === 'retry-after' ? inWords(value) : value]);
  return { status: response.status, headers: Object.fromEntries(headers), body: await response.text() };
}

/** Long waits end at a time, so their seconds differ from one answer to the next. */
function inWords(seconds: string): string {
  return Number(seconds) > 60 ? 'more than a minute' : seconds;
}

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // The name that `TestApp.workspace` makes.
  [/whsec_[\w+/=]+/g, '<webhook secret>'],
  [/self-test-[\da-f]+/g, '<self-test>'],
  [/Acme \d+/g, '<first name>'],
  [/"(cursor|startCursor|endCursor|nextCursor)":"[^"]+"/g, '"$1":"<cursor>"'],
  [/rollcall_(\w+?)_[\da-f]{16}(_[\w-]{43})?/g, '<$1>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\(ref [\w-]+\)|ref [\dA-Z]{4}-[\dA-Z]{4}|"reference":"[^"]+"|<code>[\w-]+<\/code>/g, '<reference>'],
  [/"requestId":"[^"]+"/g, '"requestId":"<request>"'],
  [/Expires=\w{3}, [\w :]+ GMT/g, 'Expires=<time>'],
  [/rollcall-domain-verification=\w+/g, '<record>'],
  [/(ticket|state|nonce|code_challenge)=[\w.%-]+/g, '$1=<once>'],
];

/**
 * The answer with names in the place of what names stand for, so that two answers to the same question about different
 * things are equal when they say the same.
 * @param names the names that were sent, and those of the caller's workspace, with what each stands for
 * @param marks the words in all names of a workspace
 */
export function neutral(
  answer: Answer,
  names: readonly (readonly [of: string, names: Names])[],
  marks: readonly (readonly [mark: string, of: string])[],
): Answer {
  const known = new Map<string, string>();
  for (const [of, all] of names)
    for (const [kind, name] of Object.entries(all)) if (!known.has(name)) known.set(name, `<${of} ${kind}>`);
  const longest = [...known].sort(([one], [other]) => other.length - one.length);
  const ids = new Map<string, string>();
  const clean = (text: string): string => {
    let plain = text;
    for (const [name, label] of longest)
      plain = plain.replaceAll(name, label).replaceAll(encodeURIComponent(name), label);
    for (const [pattern, label] of PATTERNS) plain = plain.replaceAll(pattern, label);
    plain = plain.replaceAll(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, (id) => {
      const label = ids.get(id) ?? `<id ${ids.size + 1}>`;
      ids.set(id, label);
      return label;
    });
    for (const [mark, label] of marks)
      plain = plain.replaceAll(mark, label).replaceAll(mark.toUpperCase(), label.toUpperCase());
    return plain;
  };
  return {
    status: answer.status,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, clean(value)])),
    body: clean(sorted(answer.body)),
  };
}

/** Fields of one query are read at the same time, so their errors come in any order. */
function sorted(body: string): string {
  const parsed = parsedJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('errors' in parsed) || !Array.isArray(parsed.errors))
    return body;
  const errors = parsed.errors.map((error) => JSON.stringify(error)).sort();
  return JSON.stringify({ ...parsed, errors: errors.map((error) => JSON.parse(error)) });
}

/** Undefined for text that is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
