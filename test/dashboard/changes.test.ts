import { describe, expect, it } from 'vitest';
import { inLabels, labelOf } from '../../src/dashboard/app/attributes.js';
import { changesInWords } from '../../src/dashboard/app/changes.js';
import type { Translate } from '../../src/dashboard/app/messages.js';
import catalogue from '../../src/dashboard/app/messages.json' with { type: 'json' };
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from '../../src/domain/profile-attributes.js';

/** The pattern of a message, with its values in their places. */
const t: Translate = (id, values = {}) =>
  catalogue[id].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

const lines = (changes: Readonly<Record<string, unknown>>) =>
  changesInWords(changes, t).map(({ label, before, after }) => `${label}: ${before} → ${after}`);

describe('the changes of an audit entry', () => {
  it.each([
    [{ role: { before: 'VIEWER', after: 'EDITOR' } }, ['Role: Viewer → Editor']],
    [{ creditLimit: { before: 1500, after: null } }, ['Credit limit: 1,500 → none']],
    [{ active: { before: true, after: false } }, ['Active: Yes → No']],
    [
      { scopes: { before: null, after: ['SCIM', 'AUDIT_READ'] } },
      ['Scopes: none → Provision members and groups, Read the audit log'],
    ],
    [{ month: { before: null, after: '2026-11' } }, ['Month: none → November 2026']],
    [{ PRO: { before: 3, after: 5 } }, ['Pro: 3 → 5']],
    [{ seats: { before: null, after: [{ seatType: 'ELITE_2', total: 4 }] } }, ['Seats: none → Elite 2: 4']],
    [{ problem: { before: 'INVALID_INPUT (role)', after: null } }, ['Problem: Invalid value (role) → none']],
  ])('are in words: %j', (changes, expected) => {
    expect(lines(changes)).toEqual(expected);
  });

  it('have times in the format of the browser', () => {
    const [change] = changesInWords({ expiresAt: { before: null, after: '2026-11-29T12:30:00.000Z' } }, t);
    expect(change?.after).toMatch(/^Nov 29, 2026, \d+:30/);
  });

  it('name members and groups, without their ids', () => {
    const people = [
      { id: '1', userName: 'ann@acme.test' },
      { id: '2', userName: 'bob@acme.test' },
    ];
    expect(lines({ 'members.added': { before: null, after: people } })).toEqual([
      'Members added: none → ann@acme.test, bob@acme.test',
    ]);
    expect(lines({ groups: { before: [{ id: '3', displayName: 'Design' }], after: [] } })).toEqual([
      'Groups: Design → none',
    ]);
    expect(
      lines({ memberId: { before: null, after: '1' }, acceptedBy: { before: null, after: people[0] } }),
    ).toEqual(['Accepted by: none → ann@acme.test']);
  });

  it('list each part of a profile attribute that has changed', () => {
    const name = { formatted: 'Ann Lee', givenName: 'Ann', familyName: 'Lee' };
    expect(lines({ 'profile.name': { before: name, after: { ...name, familyName: 'Kent' } } })).toEqual([
      'Family name: Lee → Kent',
    ]);
    const manager = { value: 'm-1', displayName: 'Bea' };
    expect(
      lines({ 'profile.enterprise': { before: null, after: { department: 'Sales', manager } } }),
    ).toEqual(['Department: none → Sales', 'Manager: none → Bea']);
    const emails = [{ value: 'a@acme.test', type: 'work', primary: true }];
    expect(lines({ 'profile.emails': { before: emails, after: [] } })).toEqual([
      'E-mail addresses: a@acme.test (work) → none',
    ]);
  });

  it('of attributes without a label keep the name of the API', () => {
    expect(lines({ 'profile.shoeSize': { before: null, after: 42 } })).toEqual([
      'profile.shoeSize: none → 42',
    ]);
  });
});

it('every attribute of a profile has a label', () => {
  /** Parts of lists, which are shown as one text. */
  const parts = (attribute: ProfileAttribute) =>
    attribute.multiValued || attribute.name === 'manager' ? [] : (attribute.subAttributes ?? []);
  const leaves = (attributes: readonly ProfileAttribute[]): readonly string[] =>
    attributes.flatMap((attribute) =>
      parts(attribute).length > 0 ? leaves(parts(attribute)) : [attribute.name],
    );
  const unnamed = leaves(PROFILE_ATTRIBUTES).filter((name) => labelOf(`profile.${name}`, t) === undefined);
  expect(unnamed).toEqual([]);
});

describe('a refusal', () => {
  it.each([
    [
      'mostMembers must be from 1 to 100000.',
      'mostMembers',
      'Members that may always be removed must be from 1 to 100000.',
    ],
    ['name is required.', 'input.name', 'Name is required.'],
    ['displayName contains U+200D.', 'displayName', 'Name contains U+200D.'],
    ['displayName contains U+200D.', 'profile.displayName', 'Display name contains U+200D.'],
    ['name.givenName contains U+200D.', 'profile.name.givenName', 'Given name contains U+200D.'],
    ['role must be admin, editor or viewer.', '', 'role must be admin, editor or viewer.'],
    ['Set clientId, or send discoveryUrl.', '', 'Set “Client ID”, or send “Discovery URL”.'],
  ])('%j has the labels of fields', (sentence, field, expected) => {
    expect(inLabels(sentence, field, t)).toBe(expected);
  });
});
