import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The directories of src that each one may import from; the table of ARCHITECTURE.md ("Directions"). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  model: ['domain'],
  auth: ['domain', 'model'],
  database: ['domain', 'model'],
  mail: [],
  // Of `webhooks`, types only, as of `mail`.
  webhooks: ['domain', 'http'],
  // Of `mail`, types only; a test below checks it.
  services: ['auth', 'database', 'domain', 'mail', 'model', 'webhooks'],
  graphql: ['domain', 'model', 'services'],
  http: ['domain'],
  scim: ['domain', 'http'],
  exports: ['domain', 'http', 'model', 'services'],
  'sign-in': ['auth', 'domain', 'http', 'model', 'services'],
  // The simulator is a client of any SCIM server, so it imports nothing else of src.
  simulator: [],
  // The dashboard is a client of `/graphql`; besides that it shares a pure function that keeps formulas out of CSV.
  dashboard: ['domain'],
  cli: ['database', 'domain', 'graphql', 'model', 'server', 'services', 'simulator'],
  server: [
    'auth',
    'database',
    'domain',
    'exports',
    'graphql',
    'http',
    'mail',
    'model',
    'scim',
    'services',
    'sign-in',
    'webhooks',
  ],
};

/** Packages that belong to another layer: a protocol in the domain, a database in a resolver. */
const FORBIDDEN_PACKAGES: Readonly<Record<string, RegExp>> = {
  domain: /^(express|graphql|type-graphql|@apollo|@mikro-orm|pg|kysely|node:http)/,
  services: /^(express|graphql|type-graphql|@apollo|@as-integrations|node:http)/,
  scim: /^(type-graphql|@apollo|@mikro-orm|pg|kysely)/,
  graphql: /^(@mikro-orm|pg|kysely)/,
  exports: /^(type-graphql|@apollo|@mikro-orm|pg|kysely)/,
  'sign-in': /^(graphql|type-graphql|@apollo|@mikro-orm|pg|kysely)/,
};

/** A file of src with its imports: files as paths below src, packages by name. */
interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly ours: readonly string[];
  readonly packages: readonly string[];
}

async function readSources(): Promise<SourceFile[]> {
  const names = await readdir(SRC, { recursive: true });
  const files = new Set(names);
  return Promise.all(
    names
      .filter((name) => /\.tsx?$/.test(name))
      .map(async (file) => {
        const text = await readFile(join(SRC, file), 'utf8');
        const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from = '']) => from);
        const [ours, packages] = [
          specifiers.filter((from) => from.startsWith('.')),
          specifiers.filter((from) => !from.startsWith('.')),
        ];
        const resolved = ours.map((from) => {
          const path = normalize(join(dirname(file), from)).replace(/\.js$/, '.ts');
          return files.has(`${path}x`) ? `${path}x` : path;
        });
        return { file, text, ours: resolved, packages };
      }),
  );
}

const sources = await readSources();
const within = (directory: string) => sources.filter(({ file }) => file.startsWith(`${directory}/`));

describe.each(Object.keys(ALLOWED))('src/%s', (directory) => {
  test('imports only the directories that the table of directions allows', () => {
    const wrong = within(directory).flatMap(({ file, ours }) =>
      ours
        .filter((target) => {
          const [top = ''] = target.split('/');
          return top !== directory && !ALLOWED[directory]?.includes(top);
        })
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('imports no package that belongs to another layer', () => {
    const wrong = within(directory).flatMap(({ file, packages }) =>
      packages.filter((name) => FORBIDDEN_PACKAGES[directory]?.test(name)).map((name) => `${file} → ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** The groups of files that import each other, directly or through others (Tarjan's strongly connected components). */
function circles(files: readonly SourceFile[]): string[][] {
  const importsOf = new Map(files.map(({ file, ours }) => [file, ours]));
  const indexOf = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const index = indexOf.size;
    indexOf.set(file, index);
    stack.push(file);
    let low = index;
    for (const target of importsOf.get(file) ?? []) {
      if (!importsOf.has(target)) continue;
      if (!indexOf.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, indexOf.get(target) ?? low);
    }
    lowest.set(file, low);
    if (low === index) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return low;
  };
  for (const { file } of files) if (!indexOf.has(file)) visit(file);
  return found;
}

test('no two files import each other in a circle, types included', () => {
  expect(circles(sources)).toEqual([]);
});

/** The floors of src/services, bottom to top: a floor imports from itself and from the floors below it. */
const FLOORS: readonly (readonly string[])[] = [
  ['rows', 'lists'],
  ['context'],
  ['audit', 'filters'],
  ['seats', 'removal-brake'],
  ['members', 'groups', 'invitations', 'credits', 'workspaces', 'api-keys', 'sessions', 'sso', 'webhooks'],
  ['provisioning-log'],
  ['viewer', 'sign-in', 'live'],
];

test('folders of src/services import only from their own floor and the floors below', () => {
  const room = (file: string) => file.split('/')[1]?.replace(/\.ts$/, '') ?? '';
  const floorOf = (file: string) => FLOORS.findIndex((rooms) => rooms.includes(room(file)));
  const wrong = within('services').flatMap(({ file, ours }) =>
    ours
      .filter((target) => target.startsWith('services/') && floorOf(target) > floorOf(file))
      .map((target) => `${file} → ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('services import types only from mail and webhooks: server/app.ts injects what sends', () => {
  const wrong = within('services').flatMap(
    ({ text }) => text.match(/^import (?!type ).*'\.\.\/\.\.\/(mail|webhooks)\/.*$/gm) ?? [],
  );
  expect(wrong).toEqual([]);
});

test('only the configuration reads the environment', () => {
  const readers = sources.filter(({ text }) => text.includes('process.env')).map(({ file }) => file);
  // PostgreSQL's own tools get a copy of the environment without the variables that would mislead them.
  expect(readers.sort()).toEqual(['database/embedded/tool.ts', 'server/config.ts']);
});
