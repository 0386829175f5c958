import type { Endpoint, Handler } from '../http/endpoint.js';
import { ScimError } from '../http/scim-error.js';

// RFC 7644 §3.11: "A service provider that does NOT support this feature SHOULD respond with HTTP status code 501".
const notImplemented: Handler = () => {
  throw new ScimError(501, '/Me is not available: an API key does not represent a user.');
};

/** `/Me` (RFC 7644 §3.11), which is not supported: keys do not represent a user. */
export function meEndpoints(): readonly Endpoint[] {
  const methods = Object.fromEntries(
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, notImplemented]),
  );
  return [{ path: '/Me', methods }];
}
