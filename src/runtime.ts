import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/** Beside the build, and gone with it. Where that is read-only, the program starts without. */
const COMPILED = fileURLToPath(new URL('./.compiled', import.meta.url));

/** Makes Node ready to load the program: to be called before the rest of it is imported. */
export function prepareToLoad(): void {
  enableCompileCache(COMPILED);
  // What is loaded stays, and V8 would take it for a reason to keep three times 16 MB for what does not.
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets V8 have the room that requests need, from here on. */
export function prepareForRequests(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
