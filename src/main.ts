import { requireNode } from './node-version.js';

requireNode();
// Only now: on an older Node these modules fail with less helpful words.
const { prepareToLoad } = await import('./runtime.js');
prepareToLoad();
const { runServer } = await import('./run-server.js');
await runServer();
