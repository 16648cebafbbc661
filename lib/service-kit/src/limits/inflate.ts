import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Code, ConnectError } from '@connectrpc/connect';
import { Slots } from '../async/slots.ts';
import { rpcError } from '../grpc/rpc-error.ts';

const DECOMPRESSORS = { gzip: createGunzip, br: createBrotliDecompress };

export type Encoding = keyof typeof DECOMPRESSORS;

/**
 * Nothing that is worth sending gets smaller than that; 8 KB of gzip stand for 8 MB of the same byte, which take as
 * long to decompress as a thousand calls. Less than a mebibyte is nobody's concern.
 */
const MAX_EXPANSION = 100;
const FREE_BYTES = 1024 * 1024;

/** As many as libuv has threads for them. Each takes up to 16 MiB: the window of Brotli. */
const slots = new Slots(4);

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECOMPRESSORS, name);
}

/**
 * Decompresses until all is there or too much: more than `maxBytes`, or than a mebibyte and a hundred times as much as
 * was compressed.
 *
 * @param count is told how many bytes have been decompressed, before the next ones are; may refuse by throwing
 * @throws ConnectError RESOURCE_EXHAUSTED for too much, INVALID_ARGUMENT where the bytes are malformed, and what
 * `count` throws
 */
export async function inflate(
  bytes: Uint8Array,
  encoding: Encoding,
  maxBytes: number,
  count: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  if (bytes.byteLength === 0) return bytes;
  using _slot = await slots.take();
  const limit = Math.min(maxBytes, Math.max(FREE_BYTES, MAX_EXPANSION * bytes.byteLength));
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const decompressor = DECOMPRESSORS[encoding]();
  decompressor.end(bytes);
  try {
    for await (const chunk of decompressor as AsyncIterable<Buffer>) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limit) throw tooLarge(limit);
      count(chunk.byteLength);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ConnectError ? error : malformed(encoding, error);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/**
 * How compressed messages are compressed, by the value of the header that says so; `undefined` if none may be.
 *
 * @throws ConnectError UNIMPLEMENTED if it is unknown here, with what may be used in place of it
 */
export function readEncoding(header: string | readonly string[] | undefined): Encoding | undefined {
  const name = String(header ?? 'identity');
  if (name === 'identity') return undefined;
  if (isEncoding(name)) return name;
  const message = `Messages compressed with ${name.slice(0, 32)} are not read here; use gzip.`;
  throw rpcError(Code.Unimplemented, message, { reason: 'UNKNOWN_ENCODING' });
}

function tooLarge(limit: number): ConnectError {
  const message = `The message has more than ${limit} bytes once decompressed; send less, or send it uncompressed.`;
  return rpcError(Code.ResourceExhausted, message, {
    reason: 'MESSAGE_TOO_LARGE',
    metadata: { limit: String(limit) },
  });
}

function malformed(encoding: Encoding, cause: unknown): ConnectError {
  return rpcError(Code.InvalidArgument, `The message is not well-formed ${encoding}.`, {
    reason: 'MALFORMED_COMPRESSION',
    cause,
  });
}
