import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { POLICY, scopesMay } from '../../src/auth/policy.js';
import { program } from '../../src/cli/program.js';
import { PROCESS_TERMINAL } from '../../src/cli/terminal.js';
import { DomainError, ERROR_CODES } from '../../src/domain/errors.js';
import { API_KEY_SCOPES } from '../../src/model/enums.js';
import { faultOf } from '../../src/scim/http/errors.js';
import { codeIn, page, ROOT, type Table } from './pages.js';

/** The reference tables of docs/ against the lists in the code. */

function tableOf(path: string, firstColumn: string): Table {
  const table = page(path).tables.find(({ header }) => header[0] === firstColumn);
  if (table === undefined) throw new Error(`${path} has no table of ${firstColumn}`);
  return table;
}

test('every error code is described, with its SCIM status', () => {
  const { rows } = tableOf('docs/developers/graphql.md', 'Code');
  expect(Object.fromEntries(rows.map(([code = '', , status]) => [codeIn(code), status]))).toEqual(
    Object.fromEntries(ERROR_CODES.map((code) => [code, String(faultOf(new DomainError(code, '')).status)])),
  );
});

test('every scope of API keys is described', () => {
  const { rows } = tableOf('docs/administrators/api-keys.md', 'Scope');
  expect(rows.map(([scope = '']) => codeIn(scope)).sort()).toEqual([...API_KEY_SCOPES].sort());
});

describe('without any scope, a key', () => {
  const actions = ['apiKey.manage', 'owner.write', 'group.grant'] as const satisfies (keyof typeof POLICY)[];
  test.each(actions)('may not use %s', (action) => {
    expect(scopesMay(API_KEY_SCOPES, true, action)).toBe(false);
  });
});

describe('the help of the command line', () => {
  const { text } = page('docs/operators/commands.md');
  const commands = leaves(program(PROCESS_TERMINAL), []);

  test('has the commands of the table', () => {
    const { rows } = tableOf('docs/operators/commands.md', 'Command');
    const named = rows.map(([command = '']) => codeIn(command));
    expect(named.sort()).toEqual(commands.map(({ name }) => `rollcall ${name}`).sort());
  });

  test.each(commands.map(({ name, options }) => [name, options] as const))(
    'names every option of %s',
    (name, options) => {
      expect(options.filter((option) => !text.includes(option))).toEqual([]);
      expect(text).toContain(`rollcall ${name}`);
    },
  );
});

test('the log messages to monitor are the ones that the program writes', () => {
  const { rows } = tableOf('docs/operators/monitor.md', 'Level');
  const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n');
  const messages = rows.map(([, message = '']) => codeIn(message));
  expect(messages.filter((message) => !source.includes(`'${message}'`))).toEqual([]);
});

/** The commands that do something, with their options that help shows. */
function leaves(command: Command, path: readonly string[]): { name: string; options: string[] }[] {
  if (command.commands.length > 0) {
    return command.commands.flatMap((inner) => leaves(inner, [...path, inner.name()]));
  }
  const options = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
  return [{ name: path.join(' '), options }];
}
