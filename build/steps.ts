import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository; every path of a step is relative to it. */
export const PROJECT = join(import.meta.dirname, '..');

/** One part of `dist`, built from its inputs and nothing else. */
export interface Step {
  readonly name: string;
  /** Files and directories that the outputs depend on, besides those that every step depends on. */
  readonly inputs: readonly string[];
  /** Directories within `inputs` that the outputs do not depend on. */
  readonly except: readonly string[];
  /** The directory that the step fills. Directories of other steps may lie within it. */
  readonly output: string;
  /** Writes the complete output to an empty directory. Rejects when it cannot. */
  build(directory: string): Promise<void>;
}

const PLAYGROUND = 'src/graphql/playground/client';
const DASHBOARD = 'src/dashboard';

/** Everything that `npm run build` makes. */
export const STEPS: readonly Step[] = [
  {
    name: 'server',
    inputs: ['src', 'tsconfig.json'],
    except: [PLAYGROUND, DASHBOARD],
    output: 'dist',
    build: compile,
  },
  {
    name: 'playground',
    inputs: [PLAYGROUND],
    except: [],
    output: 'dist/playground',
    build: bundle(PLAYGROUND, '/playground/'),
  },
  {
    name: 'dashboard',
    inputs: [DASHBOARD, 'schema.graphql'],
    except: [],
    output: 'dist/dashboard',
    build: bundle(DASHBOARD, '/'),
  },
];

/** The inputs of every step: the versions of all packages, and the build itself. */
export const SHARED_INPUTS = ['package-lock.json', 'build'];

/** Compiles `src` as tsconfig.json says. Diagnostics go to standard error. */
async function compile(directory: string): Promise<void> {
  const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
  if (!existsSync(tsc)) throw new Error('TypeScript is not installed. Run "npm ci" first.');
  const child = spawn(process.execPath, [tsc, '--outDir', directory, '--noEmitOnError'], {
    cwd: PROJECT,
    // tsc writes diagnostics to its standard output; ours belongs to the command that needs the build.
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('TypeScript found the errors above.');
}

/**
 * Makes a step's `build` that bundles a browser application with Vite, and with the vite.config.ts in its root, if any.
 * @param base the path at which the server serves the bundle
 */
function bundle(root: string, base: string): Step['build'] {
  return async (directory) => {
    // Loading Vite takes longer than finding out that there is nothing to build.
    const { build } = await import('vite');
    await build({
      root: join(PROJECT, root),
      base,
      publicDir: false,
      logLevel: 'error',
      build: { outDir: directory, emptyOutDir: true, reportCompressedSize: false },
    });
  };
}
