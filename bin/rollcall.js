#!/usr/bin/env -S node --max-semi-space-size=32
// In a checkout, the command is compiled when it has not been yet. An older Node cannot run the build: the command
// itself says so.
const [major] = process.versions.node.split('.');
if (Number(major) >= 24) {
  const { ensureBuilt } = await import('../build/build.ts');
  await ensureBuilt();
}
await import('../dist/cli/main.js');
