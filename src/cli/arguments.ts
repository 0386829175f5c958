import { InvalidArgumentError } from 'commander';
import { MAX_CREDIT_LIMIT, SEAT_TYPES, type SeatType } from '../domain/access.js';
import { withoutBlanks } from '../domain/canonical.js';
import type { JsonObject } from '../domain/profile.js';

/** Parses names of a closed list, separated by commas, in any case. @throws InvalidArgumentError */
export function list<Value extends string>(values: readonly Value[]): (text: string) => Value[] {
  return (text) =>
    text.split(',').map((part) => {
      const value = values.find((known) => known === part.trim().toUpperCase());
      if (value === undefined) throw new InvalidArgumentError(`Use some of ${values.join(',')}.`);
      return value;
    });
}

/** Parses `builder=5,pro=2`. @throws InvalidArgumentError */
export function seatList(text: string): { seatType: SeatType; total: number }[] {
  return text.split(',').map((part) => {
    const [name = '', total = ''] = part.split('=');
    const seatType = SEAT_TYPES.find((known) => known === name.trim().toUpperCase());
    if (seatType === undefined || !/^\d{1,9}$/.test(total)) {
      throw new InvalidArgumentError(
        `Write it as builder=5,pro=2. Seat types: ${SEAT_TYPES.map((type) => type.toLowerCase()).join(', ')}.`,
      );
    }
    return { seatType, total: Number(total) };
  });
}

/** Parses a whole number from 0 on. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > MAX_CREDIT_LIMIT) {
    throw new InvalidArgumentError(`Use a whole number from 0 to ${MAX_CREDIT_LIMIT}.`);
  }
  return number;
}

/**
 * Reads the full name of a person. One word is a given name.
 * @returns the attribute `name` of a profile
 * @throws InvalidArgumentError
 */
export function personName(text: string): JsonObject {
  const formatted = withoutBlanks(text);
  if (formatted === '') throw new InvalidArgumentError('Write it as "Olivia Olsen".');
  const words = formatted.split(/\s+/);
  const family = words.length > 1 ? { familyName: words.pop() ?? '' } : {};
  return { formatted, givenName: words.join(' '), ...family };
}
