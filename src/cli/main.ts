import { requireNode } from '../server/node-version.js';

requireNode();
// Only now: on an older Node these modules fail with less helpful words.
const { prepareToLoad } = await import('../server/runtime.js');
prepareToLoad();
const { runCommand } = await import('./command.js');
const code = await runCommand(process.argv.slice(2));
// The server sets an exit code of its own.
if (code !== 0) process.exitCode = code;
