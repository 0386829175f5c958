import { requireNode } from './server/node-version.js';

requireNode();
// Only now: on an older Node these modules fail with less helpful words.
const { prepareToLoad } = await import('./server/runtime.js');
prepareToLoad();
const { runServer } = await import('./server/run.js');
await runServer();
