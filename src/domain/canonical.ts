import { toASCII } from 'tr46';

/** Full-width and half-width code points, which RFC 8265 §3.3 maps to their decompositions before anything else. */
const WIDTH_VARIANTS =
  /[\uFF01-\uFF60\uFF61-\uFFBE\uFFC2-\uFFC7\uFFCA-\uFFCF\uFFD2-\uFFD7\uFFDA-\uFFDC\uFFE0-\uFFE6\uFFE8-\uFFEE]/g;

/** Where a range of variants begins and ends, and the decomposition of its first code point (UnicodeData.txt). */
const WIDTH_RANGES: readonly (readonly [first: number, last: number, to: number])[] = [
  [0xff01, 0xff5e, 0x0021],
  [0xff5f, 0xff60, 0x2985],
  // Hangul; NFKC would go on to the conjoining letters.
  [0xffa0, 0xffa0, 0x3164],
  [0xffa1, 0xffbe, 0x3131],
  [0xffc2, 0xffc7, 0x314f],
  [0xffca, 0xffcf, 0x3155],
  [0xffd2, 0xffd7, 0x315b],
  [0xffda, 0xffdc, 0x3161],
  [0xffe0, 0xffe1, 0x00a2],
  [0xffe2, 0xffe2, 0x00ac],
  // NFKC would go on to a blank with a macron.
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
  // The rest is half-width katakana, whose NFKC is the decomposition itself.
  return range === undefined ? variant.normalize('NFKC') : String.fromCharCode(range[2] + code - range[0]);
}

/** Texts of which only capital letters have to be mapped. */
const PLAIN = /^[!-~]*$/;

/** A text without the blanks around it: spaces of every kind, tabs and line breaks (White_Space, Unicode TR 44). */
export function withoutBlanks(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
}

/** Width mapped, every space U+0020, no variation selectors (an emoji has one or not), NFC: the spelling, apart from case. */
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
 * The canonical form of a name, such as that of a group (rule 15a): two names are the same exactly when their canonical
 * forms are equal. RFC 8265, UsernameCaseMapped, without its limits on which characters a name may have.
 */
export function canonicalName(text: string): string {
  return PLAIN.test(text) ? text.toLowerCase() : inLowerCase(withoutBlanks(respelled(text)));
}

/**
 * The canonical form of an address or a userName (rule 15a): two people are the same exactly when their canonical forms
 * are equal. An address has its domain in ASCII (IDNA, UTS #46); a userName that is no address is a name.
 */
export function canonicalUserName(text: string): string {
  const { local, domain } = partsOf(text);
  return domain === undefined ? canonicalName(text) : `${inLowerCase(local)}@${domain}`;
}

/**
 * The domain of an address, in ASCII.
 * @returns undefined for a text that has not the form of an address
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
 * The canonical form of a part of a userName or name, for comparisons with a part of it (contains, starts with, ends with).
 * After an @ stands a domain, which is put into ASCII where it is a whole one.
 */
export function canonicalPart(text: string): string {
  const part = inLowerCase(respelled(text));
  const at = part.indexOf('@');
  if (at === -1 || PLAIN.test(part)) return part;
  return `${part.slice(0, at + 1)}${asciiDomain(part.slice(at + 1)) ?? part.slice(at + 1)}`;
}

/**
 * What stands, in front of the row's id, where a row has no canonical form of its own: another row had it already when the
 * canonical forms were introduced. No canonical form has capital letters, so no text that anybody sends finds such a row.
 */
export const DUPLICATE = 'DUPLICATE:';
