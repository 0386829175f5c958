/**
 * Bundles the playground into `dist/playground`: `node src/graphql/playground/build.ts`.
 *
 * Does nothing, and says nothing, when the bundle is newer than all it is made of: `npm start` runs this each
 * time. Node strips the types, so only erasable syntax may be used here.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../../..');
const client = join(project, 'src/graphql/playground/client');
const bundle = join(project, 'dist/playground');

if (!isFresh()) {
  const started = performance.now();
  await buildBundle();
  console.log(`playground built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function isFresh(): boolean {
  const page = statSync(join(bundle, 'index.html'), { throwIfNoEntry: false });
  if (page === undefined) {
    return false;
  }
  const sources = readdirSync(client, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(client, name),
  );
  // The lock file stands for the versions of GraphiQL and Vite.
  const inputs = [...sources, import.meta.filename, join(project, 'package-lock.json')];
  return inputs.every((input) => statSync(input).mtimeMs < page.mtimeMs);
}

async function buildBundle(): Promise<void> {
  // Vite is loaded only when there is something to build: loading it alone takes longer than the whole check.
  const { build } = await import('vite');
  // Built beside the old bundle and swapped in when complete, so that an interrupted build never looks fresh.
  const unfinished = `${bundle}-${process.pid}`;
  try {
    await build({
      configFile: false,
      root: client,
      base: '/playground/',
      publicDir: false,
      logLevel: 'error',
      build: { outDir: unfinished, emptyOutDir: true, reportCompressedSize: false },
    });
    rmSync(bundle, { recursive: true, force: true });
    renameSync(unfinished, bundle);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
