import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';

type Unpack = (bytes: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>;

/** RFC 9110 §8.4.1.3: "A recipient SHOULD consider "x-gzip" to be equivalent to "gzip"." */
const ENCODINGS: ReadonlyMap<string, Unpack> = new Map([
  ['identity', async (bytes) => bytes],
  ['gzip', promisify<Uint8Array, ZlibOptions, Uint8Array>(gunzip)],
  ['x-gzip', promisify<Uint8Array, ZlibOptions, Uint8Array>(gunzip)],
  ['deflate', promisify<Uint8Array, ZlibOptions, Uint8Array>(inflate)],
  ['br', promisify<Uint8Array, ZlibOptions, Uint8Array>(brotliDecompress)],
]);

/** A body that is not accepted. */
export class BodyError extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
    this.name = 'BodyError';
  }
}

/**
 * Reads the body of a request, and unpacks it. The rest of a refused body is not read.
 * @param most the size limit, in bytes, before and after it is unpacked
 * @throws BodyError 415 for an unknown encoding, 413 for a body that is too large, 400 for one that cannot be read
 */
export async function readBytes(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const unpack = unpackingOf(request.headers['content-encoding']);
  if (Number(request.headers['content-length']) > most) throw tooLarge(most);
  return unpacked(unpack, await receive(request, most), most);
}

/** @throws BodyError 415 */
function unpackingOf(contentEncoding = ''): Unpack {
  const unpack = ENCODINGS.get(contentEncoding.trim().toLowerCase() || 'identity');
  if (unpack !== undefined) return unpack;
  throw new BodyError(
    415,
    'This Content-Encoding is not supported. Send the body without one, or as gzip, deflate or br.',
  );
}

/** `express.json` silently replaces bytes that are not UTF-8, and reads endless bodies. */
async function receive(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Destroying the request would close the connection before the answer is sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > most) break;
      chunks.push(chunk);
    }
  } catch {
    throw new BodyError(400, 'The body could not be read.');
  }
  if (length > most) throw tooLarge(most);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

async function unpacked(unpack: Unpack, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(most);
    throw new BodyError(400, 'The body does not match its Content-Encoding.');
  }
}

function tooLarge(most: number): BodyError {
  const size = most < MB ? `${most / 1024} kB` : `${most / MB} MB`;
  return new BodyError(413, `The body is larger than ${size}.`);
}

const MB = 1024 * 1024;
