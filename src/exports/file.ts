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
  try {
    await pipeline(Readable.from(resumed(first, pieces), { objectMode: true, highWaterMark: 1 }), response);
  } catch (error) {
    if (!isDeparture(error)) throw error;
  }
}

async function* resumed(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } finally {
    await rest.return?.();
  }
}

/** The reader has closed the connection before the end. That is no fault of anybody's. */
function isDeparture(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
