import { requireNode } from '../server/node-version.js';

requireNode();
// Loaded late: on an older Node these modules fail with a less helpful message.
const { prepareToLoad } = await import('../server/runtime.js');
prepareToLoad();
const { runCommand } = await import('./command.js');
const code = await runCommand(process.argv.slice(2));
// The server sets its own exit code.
if (code !== 0) process.exitCode = code;
