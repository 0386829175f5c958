import type { TestProject } from 'vitest/node';
import { removeChromium, type UnpackedChromium, unpackChromium } from './chromium.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Chromium of this run; null where an installed Google Chrome is used. */
    chromium: UnpackedChromium | null;
  }
}

/**
 * The global setup of the tests in a browser: unpacks Chromium once for the run.
 * @returns the teardown, which vitest always runs
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = await unpackChromium();
  project.provide('chromium', chromium);
  return () => removeChromium(chromium);
}
