#!/usr/bin/env -S node --max-semi-space-size=32
import { requireNode } from '../node-version.js';

requireNode();
// Only now: on an older Node these modules fail with less helpful words.
const { prepareToLoad } = await import('../runtime.js');
prepareToLoad();
const { program } = await import('./program.js');
await program().parseAsync();
