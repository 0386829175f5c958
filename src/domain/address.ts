import { DomainError } from './errors.js';
import { emailAddresses, type Profile } from './profile.js';

/** What RFC 5321 §4.5.3.1 lets an address be at most. */
const LONGEST_ADDRESS = 254;

/** Whether a text is an e-mail address, as far as can be told without sending mail. */
export function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text) && text.isWellFormed();
}

/**
 * The address that says whose account a member is (rule 14): `userName`, else the primary e-mail, else the first.
 * @throws DomainError INVALID_INPUT when none of them is an address
 */
export function addressOf(userName: string, profile: Profile): string {
  const address = [userName, ...emailAddresses(profile)].find(isAddress);
  if (address === undefined) {
    throw new DomainError(
      'INVALID_INPUT',
      `userName "${userName}" is not an e-mail address, and no e-mail was sent.`,
      {
        attribute: 'userName',
        hint: 'Map userName to the e-mail address, or send the address in emails.',
      },
    );
  }
  return address;
}
