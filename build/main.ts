import { build } from './build.ts';

/** `npm run build`: builds what is not up to date. */
try {
  await build();
} catch (error) {
  process.stderr.write(`The build failed. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
