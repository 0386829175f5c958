import type { Setting } from '../../src/server/settings/setting.ts';

/** The tables of docs/operators/configure.md, as the declarations of the settings say. */

/**
 * Replaces the two tables of settings in the page.
 * @param declared `SETTINGS`
 */
export function withTables(text: string, declared: Readonly<Record<string, Setting<unknown>>>): string {
  const settings = Object.values(declared);
  const made = [
    table(
      ['Setting', 'Default', 'Meaning'],
      settings.map(({ name, defaults, meaning }) => [code(name), shown(defaults.development), meaning]),
    ),
    table(
      ['Setting', 'Values', 'In production', 'Secret'],
      settings.map((setting) => [
        code(setting.name),
        setting.kind.type,
        inProduction(setting),
        setting.isSecret ? 'yes' : '',
      ]),
    ),
  ];
  return text.replace(/^\| Setting .*\n(?:\|.*\n)+/gm, (old) => made.shift() ?? old);
}

function inProduction({ name, defaults, needed }: Setting<unknown>): string {
  if (needed !== undefined) return 'required';
  if (name === 'DATABASE_URL') return 'required if not embedded';
  return defaults.production === defaults.development ? '' : code(defaults.production ?? 'none');
}

function shown(fallback: string | undefined): string {
  return fallback === undefined ? 'none' : code(fallback);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  return line(header) + rule + rows.map(line).join('');
}
