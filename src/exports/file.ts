import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportRequest, ExportResponse } from './router.js';

/** A file to download. */
export interface ExportFile {
  readonly type: string;
  readonly name: string;
  /** Its text, piece by piece; made only as fast as it is read. */
  readonly content: AsyncIterable<string>;
}

/** Whoever takes nothing for so long has gone without saying so, or holds what others need. */
const STALLED_AFTER_MS = 60_000;

/**
 * Sends a file as a stream, at the pace of its reader. A reader who goes away ends the making of it. A fault in the
 * first piece can still become an answer; one after it cuts the connection.
 * @throws whatever making the file throws
 */
export async function sendFile(
  request: ExportRequest,
  response: ExportResponse,
  { type, name, content }: ExportFile,
): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  try {
    const first = request.method === 'HEAD' ? undefined : await pieces.next();
    response.attachment(name);
    response.set({
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    if (first === undefined) {
      response.end();
      return;
    }
    response.setTimeout(STALLED_AFTER_MS, () => response.destroy());
    await pipeline(Readable.from(resumed(first, pieces), { objectMode: true, highWaterMark: 1 }), response);
  } catch (error) {
    if (!isDeparture(error)) throw error;
  } finally {
    // Also when nobody has begun to read: a generator that was not started ends without a word.
    await pieces.return?.();
  }
}

async function* resumed(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
}

/** What streams say when the reader has closed the connection before the end. That is no fault of anybody's. */
const DEPARTURES: readonly unknown[] = [
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_UNABLE_TO_PIPE',
];

function isDeparture(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DEPARTURES.includes(error.code);
}
