import { describe, expect, test } from 'vitest';
import { isVisible, requireOwnDirection, requireVisible } from '../../src/domain/text.js';
import { refusalOf } from './refusal.js';

const TAKE_IT_OUT = 'Remove the character. It may have been copied with the text, so type the text again.';

describe('rule 15a: characters that a name which identifies may not contain', () => {
  test.each<[string, string]>([
    ['\u0007', 'U+0007 (control character)'],
    ['\u00ad', 'U+00AD (SOFT HYPHEN)'],
    ['\u200b', 'U+200B (ZERO WIDTH SPACE)'],
    ['\u202e', 'U+202E (RIGHT-TO-LEFT OVERRIDE)'],
    ['\u2028', 'U+2028 (invisible character)'],
    ['\u{e0041}', 'U+E0041 (invisible character)'],
    ['\u3164', 'U+3164 (HANGUL FILLER)'],
    ['\u2800', 'U+2800 (BRAILLE PATTERN BLANK)'],
    ['\ufffc', 'U+FFFC (OBJECT REPLACEMENT CHARACTER)'],
    ['\u034f', 'U+034F (invisible character)'],
    ['\u0378', 'U+0378 (not assigned in Unicode)'],
    ['\uffff', 'U+FFFF (not assigned in Unicode)'],
    ['\ud83d', 'U+D83D (half of a surrogate pair)'],
  ])('%j is refused: the message names %s', (character, named) => {
    expect(isVisible(`a${character}b`)).toBe(false);
    expect(refusalOf(() => requireVisible('userName', `a${character}b`))).toEqual({
      code: 'INVALID_INPUT',
      message: `userName contains ${named}, which is not allowed.`,
      attribute: 'userName',
      hint: TAKE_IT_OUT,
    });
  });

  test('U+200D is refused with advice about emoji', () => {
    expect(
      refusalOf(() => requireVisible('displayName', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}')),
    ).toMatchObject({
      message: 'displayName contains U+200D (ZERO WIDTH JOINER), which is not allowed.',
      hint: 'Remove the character. An emoji of several in one, such as a family, contains it: choose another emoji.',
    });
  });

  test('U+FFFD is refused with advice about UTF-8', () => {
    expect(refusalOf(() => requireVisible('email', 'm\ufffdller@t.test'))).toMatchObject({
      message: 'email contains U+FFFD (REPLACEMENT CHARACTER), which is not allowed.',
      hint: 'The text was not read as UTF-8 somewhere on its way. Send it again as UTF-8.',
    });
  });

  test.each(['jürgen@müller.test', 'O’Neil', '山田 太郎', '\u2764\ufe0f', 'ａｎｎ', 'γλώσσα'])(
    '%j is accepted',
    (text) => {
      expect(isVisible(text)).toBe(true);
    },
  );
});

test('a display name may have joiners, and no character that reorders the text around it', () => {
  expect(() => requireOwnDirection('displayName', 'می\u200cخواهم')).not.toThrow();
  expect(refusalOf(() => requireOwnDirection('displayName', 'Ann \u202etset'))).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'displayName contains U+202E (RIGHT-TO-LEFT OVERRIDE), which is not allowed.',
  });
});
