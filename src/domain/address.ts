import { domainOf, withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { emailAddresses, type JsonObject, type Profile } from './profile.js';
import { requireVisible } from './text.js';

/** RFC 5321 §4.5.3.1.3 allows 256 octets for a path, which includes two angle brackets. */
const LONGEST_ADDRESS = 254;

/** A URI scheme (RFC 3986 §3.1). */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Whether a text, without the blanks around it, has the form of an e-mail address. */
export function isAddress(text: string): boolean {
  const address = withoutBlanks(text);
  if (address.length > LONGEST_ADDRESS || !address.isWellFormed()) return false;
  return !SCHEME.test(address) && domainOf(address) !== undefined;
}

/**
 * Reads the address of a person whom the caller finds, invites or adds.
 * @param attribute the client's name for the attribute
 * @returns the address, without blanks around it
 * @throws DomainError INVALID_INPUT that says what is wrong with the address
 */
export function readAddress(text: string, attribute: string): string {
  const address = withoutBlanks(text);
  requireVisible(attribute, address);
  if (isAddress(address)) return address;
  throw new DomainError('INVALID_INPUT', faultOf(address, attribute) ?? needsForm(attribute), { attribute });
}

/**
 * The e-mails that SCIM shows of somebody whom the workspace has added without any: providers match people by e-mail, and
 * Okta's test of a SCIM server requires one of everybody.
 */
export function emailsShown(userName: string): readonly JsonObject[] | undefined {
  return isAddress(userName) ? [{ type: 'work', value: userName, primary: true }] : undefined;
}

const needsForm = (attribute: string) => `${attribute} must have the form ann@example.com.`;

/** What is wrong with an address; undefined when the address is correct or the text does not have the form of one. */
export function faultOf(address: string, attribute: string): string | undefined {
  if (address.length > LONGEST_ADDRESS)
    return `${attribute} has ${address.length} characters, and an e-mail address has at most ${LONGEST_ADDRESS}.`;
  const [scheme] = SCHEME.exec(address) ?? [];
  return scheme && `${attribute} must be the address alone, without "${scheme}".`;
}

/**
 * The address that identifies the member's account (rule 14): `userName`, else the primary e-mail, else the first
 * e-mail.
 * @throws DomainError INVALID_INPUT when none of them is an address
 */
export function addressOf(userName: string, profile: Profile): string {
  const address = [userName, ...emailAddresses(profile)].find(isAddress);
  if (address !== undefined) return withoutBlanks(address);
  const fault = faultOf(userName, 'userName');
  throw new DomainError('INVALID_INPUT', fault ?? needsForm('userName'), {
    attribute: 'userName',
    providerMessage: fault ?? `userName "${userName}" is not an e-mail address, and no e-mail was sent.`,
    providerHint: 'Map userName to the e-mail address, or send the address in emails.',
  });
}
