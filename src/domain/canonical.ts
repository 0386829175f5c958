import { toASCII } from 'tr46';

/** Full-width and half-width code points, which RFC 8265 §3.3 maps to their decompositions first. */
const WIDTH_VARIANTS =
  /[\uFF01-\uFF60\uFF61-\uFFBE\uFFC2-\uFFC7\uFFCA-\uFFCF\uFFD2-\uFFD7\uFFDA-\uFFDC\uFFE0-\uFFE6\uFFE8-\uFFEE]/g;

/** The first and last code point of each range of variants, and the decomposition of the first (UnicodeData.txt). */
const WIDTH_RANGES: readonly (readonly [first: number, last: number, to: number])[] = [
  [0xff01, 0xff5e, 0x0021],
  [0xff5f, 0xff60, 0x2985],
  // Hangul; NFKC would map further, to the conjoining letters.
  [0xffa0, 0xffa0, 0x3164],
  [0xffa1, 0xffbe, 0x3131],
  [0xffc2, 0xffc7, 0x314f],
  [0xffca, 0xffcf, 0x3155],
  [0xffd2, 0xffd7, 0x315b],
  [0xffda, 0xffdc, 0x3161],
  [0xffe0, 0xffe1, 0x00a2],
  [0xffe2, 0xffe2, 0x00ac],
  // NFKC would map further, to a space with a macron.
  [0xffe3, 0xffe3, 0x00af],
  [0xffe4, 0xffe4, 0x00a6],
  [0xffe5, 0xffe5, 0x00a5],
  [0xffe6, 0xffe6, 0x20a9],
  [0xffe8, 0xffe8, 0x2502],
  [0xffe9, 0xffec, 0x2190],
  [0xffed, 0xffed, 0x25a0],
  [0xffee, 0xffee, 0x25cb],
];

function withoutWidth(variant: string): string {
  const code = variant.charCodeAt(0);
  const range = WIDTH_RANGES.find(([first, last]) => first <= code && code <= last);
  // The other code points are half-width katakana, for which NFKC equals the decomposition.
  return range === undefined ? variant.normalize('NFKC') : String.fromCharCode(range[2] + code - range[0]);
}

/** Texts in which only capital letters need mapping. */
const PLAIN = /^[!-~]*$/;

/** Removes the blanks around a text: spaces of every kind, tabs and line breaks (White_Space, Unicode TR 44). */
export function withoutBlanks(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
}

/** The canonical spelling apart from case: width mapped, every space U+0020, no variation selectors, NFC. */
function respelled(text: string): string {
  return text
    .replace(WIDTH_VARIANTS, withoutWidth)
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Variation_Selector}/gu, '')
    .normalize('NFC');
}

/** RFC 8265 §3.3.3: "Map uppercase and titlecase code points to their lowercase equivalents", then NFC. */
function inLowerCase(text: string): string {
  return text.toLowerCase().normalize('NFC');
}

/**
 * Text of a profile without case: NFC, and each character in its simple lower case (Unicode 5.18). The SQL function
 * `text_folded` does the same, so that a filter in the database and one over a User agree.
 */
export function foldedText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  // Character by character: the lower case of a whole text depends on what stands around a letter (Greek sigma).
  return Array.from(text.normalize('NFC'), (character) =>
    String.fromCodePoint(character.toLowerCase().codePointAt(0) ?? 0),
  ).join('');
}

/**
 * The canonical form of a name, such as a group's (rule 15a): two names are the same exactly when their canonical forms
 * are equal. It follows the profile UsernameCaseMapped of RFC 8265, without its limits on characters.
 */
export function canonicalName(text: string): string {
  return PLAIN.test(text) ? text.toLowerCase() : inLowerCase(withoutBlanks(respelled(text)));
}

/**
 * The canonical form of an address or a userName (rule 15a): two people are the same exactly when their canonical forms
 * are equal. The domain of an address is in ASCII (IDNA, UTS #46); a userName that is not an address is treated as a
 * name.
 */
export function canonicalUserName(text: string): string {
  const { local, domain } = partsOf(text);
  return domain === undefined ? canonicalName(text) : `${inLowerCase(local)}@${domain}`;
}

/**
 * The domain of an address, in ASCII.
 * @returns undefined for a text that does not have the form of an address
 */
export function domainOf(text: string): string | undefined {
  return partsOf(text).domain;
}

const ADDRESS = /^([^\s@\p{Cc}]+)@([^\s@\p{Cc}]+)$/u;

function partsOf(text: string): { readonly local: string; readonly domain: string | undefined } {
  const [, local = '', domain = ''] =
    ADDRESS.exec(PLAIN.test(text) ? text : withoutBlanks(respelled(text))) ?? [];
  return { local, domain: asciiDomain(domain) };
}

function asciiDomain(domain: string): string | undefined {
  if (domain === '') return undefined;
  if (PLAIN.test(domain) && !/xn--/i.test(domain)) return domain.toLowerCase();
  const ascii = toASCII(domain, {
    checkBidi: true,
    checkHyphens: false,
    checkJoiners: true,
    useSTD3ASCIIRules: false,
    verifyDNSLength: true,
  });
  return ascii ?? undefined;
}

/**
 * The canonical form of a part of a userName or name, for the operators contains, starts with and ends with. A complete
 * domain after an @ is converted to ASCII.
 */
export function canonicalPart(text: string): string {
  const part = inLowerCase(respelled(text));
  const at = part.indexOf('@');
  if (at === -1 || PLAIN.test(part)) return part;
  return `${part.slice(0, at + 1)}${asciiDomain(part.slice(at + 1)) ?? part.slice(at + 1)}`;
}

/**
 * The prefix, before the row's id, of the placeholder for a missing canonical form: another row already had that form
 * when canonical forms were introduced. Canonical forms have no capital letters, so no text that a client sends finds
 * such a row.
 */
export const DUPLICATE = 'DUPLICATE:';
