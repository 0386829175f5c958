import { describe, expect, test } from 'vitest';
import {
  causeOf,
  fixOf,
  PROVIDER_SCREENS,
  type ProviderScreen,
} from '../../src/domain/provisioning-fixes.js';
import { SCIM_CLIENTS, SCIM_CODES } from '../../src/domain/provisioning-log.js';
import { page } from './pages.js';

/** The tables of docs/administrators/troubleshooting.md are those of the fixes that Rollcall shows (rule 57). */

const { text } = page('docs/administrators/troubleshooting.md');

/** The items of its lists, on one line each. */
const items = text
  .split(/^- /m)
  .slice(1)
  .map((item) => (item.split(/\n\n/)[0] ?? '').replace(/\s+/g, ' ').trim());

test('troubleshooting has an item for each code, with the cause and the fix', () => {
  const expected = SCIM_CODES.map((code) => `\`${code}\`: ${causeOf(code)} ${fixOf(code, 'OTHER').summary}`);
  expect(items.filter((item) => /^`[A-Z_]+`:/.test(item))).toEqual(expected);
});

const PURPOSES: Readonly<Record<ProviderScreen, string>> = {
  key: 'key and base URL',
  attributes: 'attributes',
  mappings: 'mappings',
  assignments: 'assignments',
  groups: 'groups',
  retry: 'failed requests',
};

test('troubleshooting names the screens of each provider', () => {
  const expected = SCIM_CLIENTS.filter((client) => client !== 'OTHER').flatMap((client) =>
    Object.entries(PROVIDER_SCREENS).map(([screen, names]) => `${purposeOf(screen)}: ${names[client]}`),
  );
  const purposes = Object.values(PURPOSES);
  expect(items.filter((item) => purposes.some((purpose) => item.startsWith(`${purpose}: `)))).toEqual(
    expected,
  );
});

function purposeOf(screen: string): string | undefined {
  return new Map(Object.entries(PURPOSES)).get(screen);
}

describe.each(SCIM_CLIENTS)('the fixes for %s', (client) => {
  test.each(SCIM_CODES)('of %s say what to do and on which screen, without open placeholders', (code) => {
    const { summary, steps } = fixOf(code, client);
    const texts = [causeOf(code), summary, ...steps.flatMap((step) => [step.screen, step.do])];
    expect(steps.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.trim() === '' || /[{}]/.test(text))).toEqual([]);
  });
});

test("the fix for the other version's attribute names the attribute to add instead", () => {
  expect(fixOf('WRONG_WORKSPACE_VERSION', 'OKTA', { attribute: 'seatType' })).toEqual({
    summary: 'Remove seatType and add role instead.',
    steps: [
      {
        screen: 'Applications → your SCIM app → Provisioning → To App → Attribute Mappings',
        do: 'Remove the mapping of seatType. An empty value causes the error too.',
      },
      {
        screen: 'Directory → Profile Editor → your SCIM app',
        do: 'Remove seatType and add role instead.',
      },
      {
        screen: 'Applications → your SCIM app → Provisioning → To App → Attribute Mappings',
        do: 'Map role.',
      },
      { screen: 'Dashboard → Tasks', do: 'Retry the failed task.' },
    ],
  });
});
