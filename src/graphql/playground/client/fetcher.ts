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
 * Sends one operation to `/graphql` of the server that served this page, with the headers of the headers panel.
 *
 * @returns the body of the response whatever its status, so that the result pane shows a refusal (`UNAUTHENTICATED` is
 *   a 401) like any other response
 * @throws Error with status and text when the response is not JSON (a proxy's error page); GraphiQL shows it
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

// GraphiQL fetches the schema with the headers panel when the page opens, before the user can paste a credential. The
// schema may be read without a credential; a wrong one is refused.
function withoutPlaceholder(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== CREDENTIAL_PLACEHOLDER));
}
