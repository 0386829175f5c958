import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import { ScimError } from './scim-error.js';

/** The path of a SCIM base URL, before the workspace ID. */
export const MOUNT = '/scim/v2/organizations';

/** A path of SCIM under another address, such as that of the dashboard or of GraphQL; theirs are in lower case. */
export const SCIM_ELSEWHERE = /^.*\/(?:Users|Groups|ServiceProviderConfig|ResourceTypes|Schemas)(?=\/|$)/;

/** `rollcall_key_<lookup>_<secret>`, as `auth/secret.ts` makes them. */
const KEY = /^rollcall_key_[0-9a-f]{16}_[\w-]{43}$/;
const KEY_LENGTH = 'rollcall_key_'.length + 16 + 1 + 43;

const KEY_AND_ADDRESS =
  'Check that your API key is correct, still enabled and not expired, and that the SCIM base URL contains the correct ' +
  'workspace ID.';
const AS_IT_IS = 'Send the key as it is, or after one "Bearer ", without quotes, blanks or line breaks.';

/**
 * The refusal of a request without a valid key. A header or a workspace ID of a form that cannot be right is named: that
 * tells a stranger nothing. Everything else has one text, whether the key or the workspace is unknown.
 */
export function unauthenticated(authorization: string | undefined, workspaceId: string): DomainError {
  const fault = faultOf(authorization, workspaceId);
  return new DomainError('UNAUTHENTICATED', 'The API key is not valid for this workspace.', {
    hint: `${fault === undefined ? '' : `${fault} `}${KEY_AND_ADDRESS} ${AS_IT_IS}`,
  });
}

/** What is wrong with the form of the header, or else of the workspace ID. */
function faultOf(authorization: string | undefined, workspaceId: string): string | undefined {
  const header = authorization?.trim() ?? '';
  const key = header.replace(/^bearer(?:\s+|$)/i, '');
  if (header === '') return 'The request has no Authorization header.';
  if (key === '') return 'The Authorization header has no key after "Bearer".';
  // HTTP headers are read as Latin-1, so a no-break space of UTF-8 is two characters.
  if (/\u00C2\u00A0/.test(key)) return 'The Authorization header has a no-break space.';
  if (/^bearer\b/i.test(key)) return 'The Authorization header has "Bearer" more than once.';
  if (/["'`\u2018-\u201F\u00AB\u00BB]|\u00E2\u0080/u.test(key)) return 'The key has quotes.';
  if (/^(?:basic|digest|token)\s/i.test(key))
    return 'The Authorization header has a scheme other than "Bearer".';
  if (/\s/.test(key)) return 'The key has a blank in it.';
  if (/^rollcall_(?:session|operator)/.test(key)) return 'This is not an API key, but the token of a person.';
  if (key.startsWith('rollcall_key_') && !KEY.test(key))
    return `The key is ${key.length < KEY_LENGTH ? 'cut short' : 'not complete'}: a key has ${KEY_LENGTH} characters.`;
  if (!isId(workspaceId)) return `The SCIM base URL must end in ${MOUNT}/ and the workspace ID.`;
  return undefined;
}

/**
 * The refusal of a path that is no endpoint.
 * @param baseUrl the SCIM base URL, of the workspace where it is known
 */
export function noSuchEndpoint(baseUrl: string): ScimError {
  return new ScimError(
    404,
    `There is no such SCIM endpoint here. Check the SCIM base URL: it must be ${baseUrl}, and the provider adds /Users by itself.`,
  );
}

/** The form of a base URL, where the workspace is not known. */
export function baseUrlAt(origin: string): string {
  return `${origin}${MOUNT}/{workspace ID}`;
}
