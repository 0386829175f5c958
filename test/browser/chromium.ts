import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** A browser for a test file, and how to end it. */
export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/**
 * Starts a Chromium. On Linux x64 it comes from npm, with the libraries that a bare machine lacks; elsewhere an installed
 * Google Chrome is used.
 * @throws Error, saying what to install, where neither is there
 */
export async function startBrowser(): Promise<TestBrowser> {
  if (process.platform === 'linux' && process.arch === 'x64') return startUnpacked();
  try {
    const browser = await chromium.launch({ channel: 'chrome' });
    return { browser, close: () => browser.close() };
  } catch (cause) {
    throw new Error('The tests in test/browser need Google Chrome on this system. Install it.', { cause });
  }
}

async function startUnpacked(): Promise<TestBrowser> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-browser-'));
  const [executablePath = '', libraries = '', fonts = ''] = await unpack(directory);
  const browser = await chromium.launch({
    executablePath,
    // Not the package's own arguments: they switch web security off, which is what some tests are about.
    args: ['--no-sandbox', '--no-zygote'],
    env: {
      HOME: directory,
      TMPDIR: directory,
      LD_LIBRARY_PATH: join(libraries, 'lib'),
      FONTCONFIG_FILE: await fontConfiguration(directory, fonts),
    },
  });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The package's own configuration looks for the fonts in `/tmp/fonts`; without any font, Chromium ends. */
async function fontConfiguration(directory: string, fonts: string): Promise<string> {
  const file = join(directory, 'fonts.conf');
  await writeFile(
    file,
    `<?xml version="1.0"?>
<fontconfig><dir>${fonts}</dir><cachedir>${join(directory, 'font-cache')}</cachedir></fontconfig>
`,
  );
  return file;
}

/** `inflate` writes into the temporary folder, whose name it asks for before it waits for anything. */
function unpack(directory: string): Promise<string[]> {
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  try {
    return Promise.all(
      ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map((name) =>
        inflate(join(packed, name)),
      ),
    );
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
