import { CREDENTIAL_PLACEHOLDER } from './example.js';

interface Operation {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

interface FetcherOptions {
  headers?: Record<string, string>;
}

/**
 * Sends one operation to `/graphql` of the server that this page came from, with the headers of the headers panel.
 *
 * @returns the answer's body whatever its status, so that a refusal (`UNAUTHENTICATED` is a 401) is read in
 * the result pane like any other answer
 * @throws Error with status and text when the answer is not JSON (a proxy's error page); GraphiQL shows it
 */
export async function fetchFromRollcall(operation: Operation, options: FetcherOptions = {}) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      ...withoutPlaceholder(options.headers ?? {}),
    },
    body: JSON.stringify(operation),
  });
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(`${response.status} ${response.statusText}: ${body.slice(0, 500)}`);
  }
}

// The schema is fetched as soon as the page opens, before anybody can have pasted anything, and GraphiQL sends
// the headers panel with that too. No credential may read the schema; a wrong one is refused.
function withoutPlaceholder(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== CREDENTIAL_PLACEHOLDER));
}
