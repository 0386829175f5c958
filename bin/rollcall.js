#!/usr/bin/env -S node --max-semi-space-size=32
// The `rollcall` command of a checkout: compiles the program if that has not been done yet. In JavaScript, since an
// older Node has to be able to read it.
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  process.stderr.write(
    'Rollcall needs Node 24, which "npm ci" installs. Run "npm ci", then "npx rollcall".\n',
  );
  process.exit(1);
}
const { ensureBuilt } = await import('../build/build.ts');
try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`The build failed. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
await import('../dist/cli/main.js');
