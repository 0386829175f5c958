import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Where `unpackChromium` has put Chromium, and the environment that Chromium needs there. */
export interface UnpackedChromium {
  readonly directory: string;
  readonly executablePath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Unpacks the Chromium that comes from npm for Linux x64, with the libraries that a bare machine lacks.
 * @returns null on other systems. `removeChromium` deletes what was unpacked.
 */
export async function unpackChromium(): Promise<UnpackedChromium | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-browser-'));
  const [executablePath = '', libraries = '', fonts = ''] = await unpack(directory);
  const environment = {
    HOME: directory,
    TMPDIR: directory,
    LD_LIBRARY_PATH: join(libraries, 'lib'),
    FONTCONFIG_FILE: await fontConfiguration(directory, fonts),
  };
  return { directory, executablePath, environment };
}

/** Deletes what `unpackChromium` has unpacked. Close the browsers first. */
export async function removeChromium(unpacked: UnpackedChromium | null): Promise<void> {
  if (unpacked !== null) await rm(unpacked.directory, { recursive: true, force: true });
}

/**
 * Starts Chromium, or, where none was unpacked, an installed Google Chrome.
 * @param more arguments for its command line
 * @throws Error, saying what to install, where neither is there
 */
export async function startBrowser(
  unpacked: UnpackedChromium | null,
  more: readonly string[] = [],
): Promise<Browser> {
  if (unpacked !== null) {
    const { executablePath, environment } = unpacked;
    // Not the package's own arguments: they switch web security off, which is what some tests are about.
    const args = ['--no-sandbox', '--no-zygote', ...more];
    return chromium.launch({ executablePath, args, env: environment });
  }
  try {
    return await chromium.launch({ channel: 'chrome', args: [...more] });
  } catch (cause) {
    throw new Error('The tests in test/browser need Google Chrome on this system. Install it.', { cause });
  }
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
