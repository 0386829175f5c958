import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { EmbeddedPostgresError, isSystemError } from './error.js';

/** Adds entries to an archive, in the order of the calls. Names are relative, with slashes. */
export interface ArchiveWriter {
  text(name: string, content: string): Promise<void>;
  directory(name: string): Promise<void>;
  /** Adds a file in the size that it has now, even when it changes meanwhile. A file that is gone is left out. */
  file(name: string, path: string): Promise<void>;
}

/**
 * Writes a tar archive, compressed by gzip, that only this user can read.
 * @param path of the archive, which appears under this name when it is whole
 * @param write adds the entries
 * @param signal stops the writing
 * @throws the system's error, EEXIST when the file exists; the errors of `write`; AbortError. Nothing is left then.
 */
export async function writeArchive(
  path: string,
  write: (archive: ArchiveWriter) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Taking the name first keeps two backups, and a backup and an older one, from replacing each other.
  await (await open(path, 'wx', 0o600)).close();
  const partial = `${path}.partial`;
  try {
    const archive = pack();
    const file = createWriteStream(partial, { mode: 0o600, flush: true });
    const filled = write(writerOf(archive)).then(
      () => archive.finalize(),
      (error: Error) => archive.destroy(error),
    );
    await pipeline(archive, createGzip({ level: constants.Z_BEST_SPEED }), file, { signal });
    await filled;
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    await rm(path, { force: true });
    throw error;
  }
}

function writerOf(archive: Pack): ArchiveWriter {
  return {
    text: (name, content) => entered((done) => archive.entry({ name, mode: 0o600 }, content, done)),
    directory: (name) => entered((done) => archive.entry({ name, type: 'directory', mode: 0o700 }, done)),
    async file(name, path) {
      try {
        await using file = await open(path);
        const { size } = await file.stat();
        await pipeline(bytesOf(file, size), archive.entry({ name, size, mode: 0o600 }));
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error;
      }
    },
  };
}

function entered(enter: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    enter((error) => (error ? reject(error) : resolve()));
  });
}

const CHUNK_BYTES = 65_536;

/** Reads exactly `size` bytes: a file that has become shorter is filled up with zeros. */
async function* bytesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const length = Math.min(left, CHUNK_BYTES);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length);
    left -= bytesRead || length;
    yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
  }
}

/** An entry that is being read from an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  text(): Promise<string>;
  /** Writes the entry below a directory, readable by this user alone. */
  writeBelow(directory: string): Promise<void>;
}

/**
 * Reads an archive from its beginning to its end.
 * @param read is called for each entry, one after the other, and must use it; it has ended when this function ends
 * @param signal stops the reading
 * @throws EmbeddedPostgresError when the file cannot be read, is no archive of ours or is damaged, or when it is stopped;
 *   the system's error
 */
export async function readArchive(
  path: string,
  read: (entry: ArchiveEntry) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const file = createReadStream(path);
  try {
    await once(file, 'readable');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`${path} cannot be read (${reason}). Name the file of a backup.`, {
      cause: error,
    });
  }
  const archive = extract();
  let reading = Promise.resolve();
  archive.on('entry', (header, content, next) => {
    reading = (async () => read(entryOf(header, content)))().then(() => next(), next);
  });
  try {
    await pipeline(file, createGunzip(), archive, { signal });
  } catch (error) {
    await reading;
    if (isSystemError(error) || error instanceof EmbeddedPostgresError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`${path} is not a backup, or is damaged (${reason}).`, { cause: error });
  }
}

const ENTRY_NAME = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/;

function entryOf({ name: named, type }: Header, content: AsyncIterable<unknown>): ArchiveEntry {
  const name = named.replace(/\/$/, '');
  // A name with `..` would write outside the directory.
  if (!ENTRY_NAME.test(name) || (type !== 'file' && type !== 'directory')) {
    throw new Error(`the entry ${JSON.stringify(named)} is not one of a backup`);
  }
  return {
    name,
    isDirectory: type === 'directory',
    async text() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) if (chunk instanceof Uint8Array) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    async writeBelow(directory) {
      const path = join(directory, name);
      if (type === 'directory') {
        await mkdir(path, { recursive: true, mode: 0o700 });
        return;
      }
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
    },
  };
}
