import { expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors.js';
import { unauthenticated } from '../../../src/scim/http/wrong-address.js';

const KEY = `rollcall_key_${'0'.repeat(16)}_${'x'.repeat(43)}`;
const WORKSPACE = '01a22747-df18-7480-b880-1c6effb524fc';
const ALWAYS =
  'Check that your API key is correct, still enabled and not expired, and that the SCIM base URL contains the correct ' +
  'workspace ID. Send the key as it is, or after one "Bearer ", without quotes, blanks or line breaks.';

test.each([
  ['no header', undefined, 'The request has no Authorization header.'],
  ['Bearer alone', 'Bearer ', 'The Authorization header has no key after "Bearer".'],
  ['two of them', `Bearer bearer ${KEY}`, 'The Authorization header has "Bearer" more than once.'],
  ['quotes', `"${KEY}"`, 'The key has quotes.'],
  ['quotes after Bearer', `Bearer '${KEY}'`, 'The key has quotes.'],
  ['typographic quotes, read as Latin-1', Buffer.from(`“${KEY}”`).toString('latin1'), 'The key has quotes.'],
  ['another scheme', 'Basic YTpi', 'The Authorization header has a scheme other than "Bearer".'],
  [
    'a no-break space, read as Latin-1',
    Buffer.from(`Bearer\u00A0${KEY}`).toString('latin1'),
    'The Authorization header has a no-break space.',
  ],
  ['a blank', `${KEY.slice(0, 20)} ${KEY.slice(20)}`, 'The key has a blank in it.'],
  ['cut short', KEY.slice(0, -1), 'The key is cut short: a key has 73 characters.'],
  ['something behind it', `${KEY}.`, 'The key is not complete: a key has 73 characters.'],
  ["a person's token", 'rollcall_session_x', 'This is not an API key, but the token of a person.'],
])('401 names a header that no key can have: %s', (_, header, fault) => {
  expect(unauthenticated(header, WORKSPACE).details.hint).toBe(`${fault} ${ALWAYS}`);
});

test('401 names a base URL without a workspace ID', () => {
  const { hint } = unauthenticated(KEY, 'Users').details;
  expect(hint).toBe(`The SCIM base URL must end in /scim/v2/organizations/ and the workspace ID. ${ALWAYS}`);
});

test('401 has one text for every key that could be one, and for text that is none', () => {
  for (const header of [KEY, `Bearer ${KEY}`, 'nonsense']) {
    expect(unauthenticated(header, WORKSPACE)).toEqual(
      new DomainError('UNAUTHENTICATED', 'The API key is not valid for this workspace.', { hint: ALWAYS }),
    );
  }
});
