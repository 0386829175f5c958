import { requireNode } from './server/node-version.js';

requireNode();
// Loaded late: on an older Node these modules fail with a less helpful message.
const { prepareToLoad } = await import('./server/runtime.js');
prepareToLoad();
const { runServer } = await import('./server/run.js');
await runServer();
