import { ScimError } from '../http/scim-error.js';

/** Longer than any filter that a provider sends, and short enough to parse without delay. */
export const MAX_FILTER_LENGTH = 4096;

/** `position` counts from 1. A `word` is a name, an operator, a keyword, or a literal without quotes. */
export interface Token {
  readonly kind: 'word' | 'string' | '(' | ')' | '[' | ']' | 'end';
  /** The text of the token; of a string, its value. */
  readonly text: string;
  readonly position: number;
}

/** A 400 `invalidFilter` (RFC 7644 §3.12) with the position of the fault. */
export function filterFault(position: number, fault: string): ScimError {
  return new ScimError(400, `The filter is not valid at character ${position}: ${fault}.`, 'invalidFilter');
}

const BLANK = /[ \t\r\n]+/y;
const BRACKET = /[()[\]]/y;
const WORD = /[^\s()[\]"]+/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

function isBracket(text: string): text is '(' | ')' | '[' | ']' {
  return text === '(' || text === ')' || text === '[' || text === ']';
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

/** RFC 7644 §3.4.2.2: "compValue = false / null / true / number / string ; rules from JSON (RFC 7159)". */
function readString(literal: string, position: number): Token {
  let text: unknown;
  try {
    text = JSON.parse(literal);
  } catch {
    throw filterFault(position, 'this text in quotes is not a JSON string');
  }
  if (typeof text !== 'string') throw filterFault(position, 'this text in quotes is not a JSON string');
  // PostgreSQL can store neither, and refuses them as parameters.
  if (text.includes('\0')) throw filterFault(position, 'text cannot contain the character NUL');
  if (!text.isWellFormed()) throw filterFault(position, 'text cannot contain half of a surrogate pair');
  return { kind: 'string', text, position };
}

function readToken(text: string, index: number): { readonly token: Token; readonly end: number } {
  const position = index + 1;
  const bracket = matchAt(BRACKET, text, index);
  if (bracket !== undefined && isBracket(bracket)) {
    return { token: { kind: bracket, text: bracket, position }, end: position };
  }
  const word = matchAt(WORD, text, index);
  if (word !== undefined) return { token: { kind: 'word', text: word, position }, end: index + word.length };
  const string = matchAt(STRING, text, index);
  if (string !== undefined) return { token: readString(string, position), end: index + string.length };
  throw filterFault(
    position,
    text[index] === '"' ? 'a closing quote is missing' : 'this character is not allowed here',
  );
}

/**
 * Splits a filter, or a path that contains one, into tokens. The last token is always `end`.
 *
 * @throws ScimError invalidFilter for text that is too long or contains something that is not a token
 */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > MAX_FILTER_LENGTH) {
    throw filterFault(MAX_FILTER_LENGTH + 1, `a filter has at most ${MAX_FILTER_LENGTH} characters`);
  }
  const tokens: Token[] = [];
  let index = 0;
  for (;;) {
    index += matchAt(BLANK, text, index)?.length ?? 0;
    if (index >= text.length) break;
    const { token, end } = readToken(text, index);
    tokens.push(token);
    index = end;
  }
  return [...tokens, { kind: 'end', text: 'the end', position: text.length + 1 }];
}
