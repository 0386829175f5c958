import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportRequest, ExportResponse } from './router.js';

/** A file that a client downloads. */
export interface ExportFile {
  readonly type: string;
  readonly name: string;
  /** The text in pieces, produced only as fast as the client reads. */
  readonly content: AsyncIterable<string>;
}

/** A client that reads nothing for this long is disconnected, so that it does not hold a database connection. */
const STALLED_AFTER_MS = 60_000;
/** A client that reads a little now and then is disconnected after this long, so that others get their turn. */
const LONGEST_MS = 15 * 60_000;

/**
 * Streams a file at the client's pace, and stops producing it when the client disconnects. An error before the first
 * piece becomes an error response; a later one resets the connection: for HTTP/1.0, a connection that is closed is the end
 * of a whole file.
 * @param longestMs how long the download may take
 * @throws what `content` throws
 */
export async function sendFile(
  request: ExportRequest,
  response: ExportResponse,
  { type, name, content }: ExportFile,
  longestMs = LONGEST_MS,
): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  const cutOff = () => response.socket?.resetAndDestroy();
  const end = setTimeout(cutOff, longestMs);
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
    response.setTimeout(STALLED_AFTER_MS, cutOff);
    const file = resumed(first, pieces, cutOff);
    await pipeline(Readable.from(file, { objectMode: true, highWaterMark: 1 }), response);
  } catch (error) {
    if (!isDisconnection(error)) throw error;
  } finally {
    clearTimeout(end);
    // This also closes a generator that never started.
    await pieces.return?.();
  }
}

/** @param onError called before an error ends the stream */
async function* resumed(
  first: IteratorResult<string>,
  rest: AsyncIterator<string>,
  onError: () => void,
): AsyncGenerator<string> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } catch (error) {
    onError();
    throw error;
  }
}

/** Error codes of streams whose client disconnected early. */
const DISCONNECTIONS: readonly unknown[] = [
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_UNABLE_TO_PIPE',
];

function isDisconnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DISCONNECTIONS.includes(error.code);
}
