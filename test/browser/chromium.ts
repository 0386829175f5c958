import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';
import { chromium, type LaunchOptions } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of this run is reached. */
    browser: string;
  }
}

const PACKED = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];

/** Web security remains on. The sandbox cannot start for root, who runs tests in containers. */
const ARGUMENTS = [
  '--no-sandbox',
  '--no-zygote',
  '--headless=shell',
  '--disable-gpu',
  '--font-render-hinting=none',
];

/**
 * Starts a browser that npm has installed: on Linux (x64) the packed Chromium, elsewhere an installed Chrome.
 * @returns its address, and how to stop it and delete its files
 * @throws Error that says what to install
 */
export async function startBrowser(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-browser-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await chromium.launchServer(await launchOptions(folder));
    const stop = async () => {
      await server.close();
      await remove();
    };
    return { url: server.wsEndpoint(), stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The global setup of the browser tests. @returns the teardown, which vitest always runs */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startBrowser();
  project.provide('browser', url);
  return stop;
}

async function launchOptions(folder: string): Promise<LaunchOptions> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    // The package has a Chromium for Linux on x64 only. Playwright says what is missing when there is no Chrome.
    return { channel: 'chrome' };
  }
  const executablePath = await unpack(folder);
  return {
    executablePath,
    args: ARGUMENTS,
    env: {
      ...process.env,
      HOME: folder,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  };
}

/** Unpacks Chromium. The package writes into the temporary folder, so that is another one meanwhile. */
async function unpack(folder: string): Promise<string> {
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
  const former = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await Promise.all(PACKED.map((name) => inflate(join(packed, name))));
  } finally {
    if (former === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = former;
  }
  // The configuration in the package names folders of the system only, and Chromium ends without a font.
  const fonts = `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;
  await writeFile(join(folder, 'fonts/fonts.conf'), fonts);
  const executable = join(folder, 'chromium');
  await access(executable);
  return executable;
}
