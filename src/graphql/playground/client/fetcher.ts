import { type DocumentNode, getOperationAST, OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-sse';
import { CREDENTIAL_PLACEHOLDER } from './example.js';

interface Operation {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown>;
}

interface FetcherOptions {
  headers?: Record<string, string>;
  documentAST?: DocumentNode;
}

/**
 * Sends one operation to the server that served this page, with the headers of the headers panel: a subscription to
 * `/graphql/stream`, anything else to `/graphql`.
 *
 * @returns the answers to a subscription, one after the other; or the body of the response whatever its status, so that
 *   the result pane shows a refusal (`UNAUTHENTICATED` is a 401) like any other response
 * @throws Error with status and text when the response is not JSON (a proxy's error page); GraphiQL shows it
 */
export function fetchFromRollcall(operation: Operation, options: FetcherOptions = {}) {
  const headers = withoutPlaceholder(options.headers ?? {});
  const { documentAST } = options;
  const kind = documentAST && getOperationAST(documentAST, operation.operationName)?.operation;
  return kind === OperationTypeNode.SUBSCRIPTION ? stream(operation, headers) : answer(operation, headers);
}

function stream({ query, operationName, variables }: Operation, headers: Record<string, string>) {
  // One that ends is not asked for again: the result pane would not say so.
  const client = createClient({ url: '/graphql/stream', headers, retryAttempts: 0 });
  return client.iterate({ query, operationName, variables });
}

async function answer(operation: Operation, headers: Record<string, string>) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
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
