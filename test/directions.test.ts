import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What of ours each directory may import; the table of ARCHITECTURE.md ("Directions"). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  model: ['domain'],
  auth: ['domain', 'model'],
  database: ['domain', 'model'],
  mail: [],
  // Of `mail`, types only: see below.
  services: ['auth', 'database', 'domain', 'mail', 'model'],
  graphql: ['domain', 'model', 'services'],
  scim: ['domain'],
  exports: ['domain', 'model', 'services'],
};

/** Packages that would carry a door's protocol, or a database, to where they have no business. */
const FORBIDDEN_PACKAGES: Readonly<Record<string, RegExp>> = {
  domain: /^(express|graphql|type-graphql|@apollo|@mikro-orm|pg|kysely|node:http)/,
  services: /^(express|graphql|type-graphql|@apollo|@as-integrations|node:http)/,
  scim: /^(type-graphql|@apollo|@mikro-orm|pg|kysely)/,
  graphql: /^(@mikro-orm|pg|kysely)/,
  exports: /^(type-graphql|@apollo|@mikro-orm|pg|kysely)/,
};

interface Import {
  readonly file: string;
  readonly from: string;
}

async function importsOf(directory: string): Promise<Import[]> {
  const names = await readdir(join(SRC, directory), { recursive: true });
  const files = names.filter((name) => /\.tsx?$/.test(name) && !name.startsWith('playground/'));
  const imports = await Promise.all(
    files.map(async (name) => {
      const file = join(SRC, directory, name);
      const text = await readFile(file, 'utf8');
      return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from = '']) => ({ file, from }));
    }),
  );
  return imports.flat();
}

describe.each(Object.keys(ALLOWED))('src/%s', (directory) => {
  test('imports of ours only what lies in its direction', async () => {
    const wrong = (await importsOf(directory))
      .filter(({ from }) => from.startsWith('.'))
      .map(({ file, from }) => ({ file, target: relative(SRC, join(dirname(file), from)) }))
      .filter(({ target }) => {
        const [top = ''] = target.split('/');
        return top !== directory && !ALLOWED[directory]?.includes(top);
      })
      .map(({ file, target }) => `${relative(SRC, file)} → ${target}`);
    expect(wrong).toEqual([]);
  });

  test('imports no package of another layer', async () => {
    const forbidden = FORBIDDEN_PACKAGES[directory];
    const wrong = (await importsOf(directory))
      .filter(({ from }) => forbidden?.test(from) === true)
      .map(({ file, from }) => `${relative(SRC, file)} → ${from}`);
    expect(wrong).toEqual([]);
  });
});

test('services know mail by its types only: app.ts puts the mailer in', async () => {
  const names = (await readdir(join(SRC, 'services'), { recursive: true })).filter((name) =>
    name.endsWith('.ts'),
  );
  const texts = await Promise.all(names.map((name) => readFile(join(SRC, 'services', name), 'utf8')));
  const wrong = texts.flatMap((text) => text.match(/^import (?!type ).*'[./]*\/mail\/.*$/gm) ?? []);
  expect(wrong).toEqual([]);
});

test('the environment is read by the configuration only', async () => {
  const names = await readdir(SRC, { recursive: true });
  const readers = await Promise.all(
    names
      .filter((name) => name.endsWith('.ts'))
      .map(async (name) => ((await readFile(join(SRC, name), 'utf8')).includes('process.env') ? [name] : [])),
  );
  // PostgreSQL's own tools are given the environment, less what would mislead them.
  expect(readers.flat().sort()).toEqual(['database/embedded/tool.ts', 'server/config.ts']);
});
