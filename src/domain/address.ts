import { domainOf, withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { emailAddresses, type Profile } from './profile.js';
import { requireVisible } from './text.js';

/** RFC 5321 §4.5.3.1.3 allows 256 octets for a path, of which the angle brackets are two. */
const LONGEST_ADDRESS = 254;

/** RFC 3986 §3.1. */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Whether a text, apart from blanks around it, is an e-mail address, as far as its form shows. */
export function isAddress(text: string): boolean {
  const address = withoutBlanks(text);
  if (address.length > LONGEST_ADDRESS || !address.isWellFormed()) return false;
  return !SCHEME.test(address) && domainOf(address) !== undefined;
}

/**
 * Reads the address of a person who is to be found, invited or added.
 * @param attribute what the client calls it
 * @returns the address, without blanks around it
 * @throws DomainError INVALID_INPUT, saying what is wrong with it
 */
export function readAddress(text: string, attribute: string): string {
  const address = withoutBlanks(text);
  requireVisible(attribute, address);
  if (isAddress(address)) return address;
  const message = faultOf(address, attribute) ?? `${attribute} must be an e-mail address.`;
  throw new DomainError('INVALID_INPUT', message, { attribute });
}

/** What is wrong with a text that is nearly an address; undefined when it has not the form of one at all. */
export function faultOf(address: string, attribute: string): string | undefined {
  if (address.length > LONGEST_ADDRESS)
    return `${attribute} has ${address.length} characters, and an e-mail address has at most ${LONGEST_ADDRESS}.`;
  const [scheme] = SCHEME.exec(address) ?? [];
  return scheme && `${attribute} must be the address alone, without "${scheme}".`;
}

/**
 * The address that says whose account a member is (rule 14): `userName`, else the primary e-mail, else the first.
 * @throws DomainError INVALID_INPUT when none of them is an address
 */
export function addressOf(userName: string, profile: Profile): string {
  const address = [userName, ...emailAddresses(profile)].find(isAddress);
  if (address !== undefined) return withoutBlanks(address);
  const fault = faultOf(userName, 'userName');
  throw new DomainError(
    'INVALID_INPUT',
    fault ?? `userName "${userName}" is not an e-mail address, and no e-mail was sent.`,
    {
      attribute: 'userName',
      hint: 'Map userName to the e-mail address, or send the address in emails.',
    },
  );
}
