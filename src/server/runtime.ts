import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/** Beside the build, and gone with it. Where that is read-only, the program starts without. */
const COMPILED = fileURLToPath(new URL('../.compiled', import.meta.url));

/**
 * Makes Node ready to load the program: to be called before the rest of it is imported. One thing only the command line
 * can say: `--max-semi-space-size=32` (package.json, the image, cli/main.ts) keeps the young generation at 64 MB, where
 * V8 would go to 128; with less than that, pages of members cost half as much again in collections.
 */
export function prepareToLoad(): void {
  enableCompileCache(COMPILED);
  // What is loaded stays, and V8 would take it for a reason to make room for what does not.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Little stays of a request. V8 would let garbage grow to several times of what is in use before it looks for it.
  setFlagsFromString('--heap-growing-percent=30');
}

/** Lets V8 have the room that requests need, from here on. */
export function prepareForRequests(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  // Under load, twice the garbage costs 20 MB more, and half the time that looking for it takes.
  setFlagsFromString('--heap-growing-percent=60');
}
