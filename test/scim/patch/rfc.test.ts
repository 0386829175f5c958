import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/profile.js';
import { ANN, patched } from './member.js';

/** The examples that RFC 7644 §3.5.2 prints for Users, as they are there. */

const work = { value: 'bjensen@example.com', type: 'work', primary: true };
const home = { value: 'babs@jensen.org', type: 'home' };
const office = { type: 'work', streetAddress: '100 Universal City Plaza', country: 'USA', primary: true };
const flat = { type: 'home', streetAddress: '456 Hollywood Blvd', country: 'USA' };

const BARBARA: JsonObject = {
  ...ANN,
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  emails: [work, home],
  addresses: [office, flat],
};

function patchedBarbara(operation: object): JsonObject {
  return patched([operation], BARBARA).resource;
}

function barbara(changes: JsonObject): JsonObject {
  return { ...BARBARA, ...changes };
}

describe('§3.5.2.1, add', () => {
  test('several attributes, without a path', () => {
    const value = { emails: [{ value: 'babs@example.org', type: 'home' }], nickname: 'Babs' };
    expect(patchedBarbara({ op: 'add', value })).toEqual(
      barbara({ emails: [work, home, { value: 'babs@example.org', type: 'home' }], nickName: 'Babs' }),
    );
  });
});

describe('§3.5.2.2, remove', () => {
  test('values that match a filter of two conditions', () => {
    expect(
      patchedBarbara({ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }),
    ).toEqual(barbara({ emails: [home] }));
  });
});

describe('§3.5.2.3, replace', () => {
  test('all e-mail addresses and the nickname, without a path', () => {
    const emails = [
      { value: 'bjensen@example.com', type: 'work', primary: true },
      { value: 'babs@jensen.org', type: 'other' },
    ];
    expect(patchedBarbara({ op: 'replace', value: { emails, nickname: 'Babs' } })).toEqual(
      barbara({ emails, nickName: 'Babs' }),
    );
  });

  test('a whole address, selected by a filter', () => {
    const value = {
      type: 'work',
      streetAddress: '911 Universal City Plaza',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'US',
      formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
      primary: true,
    };
    expect(patchedBarbara({ op: 'replace', path: 'addresses[type eq "work"]', value })).toEqual(
      barbara({ addresses: [value, flat] }),
    );
  });

  test('the street of an address, selected by a filter', () => {
    const path = 'addresses[type eq "work"].streetAddress';
    expect(patchedBarbara({ op: 'replace', path, value: '1010 Broadway Ave' })).toEqual(
      barbara({ addresses: [{ ...office, streetAddress: '1010 Broadway Ave' }, flat] }),
    );
  });

  test("a sub-attribute of a name, by the path of the RFC's example", () => {
    expect(patchedBarbara({ op: 'replace', path: 'name.familyName', value: 'Smith' })).toEqual(
      barbara({ name: { familyName: 'Smith', givenName: 'Barbara' } }),
    );
  });
});
