import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Code, ConnectError } from '@connectrpc/connect';
import { Slots } from '../async/slots.ts';
import { rpcError } from '../grpc/rpc-error.ts';

const DECOMPRESSORS = { gzip: createGunzip, br: createBrotliDecompress };

export type Encoding = keyof typeof DECOMPRESSORS;

/** As many as libuv has threads for them. Each takes up to 16 MiB: the window of Brotli. */
const slots = new Slots(4);

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECOMPRESSORS, name);
}

/**
 * Decompresses until all is there or `maxBytes` are passed, whichever comes first.
 *
 * @param count is told how many bytes have been decompressed, before the next ones are; may refuse by throwing
 * @throws ConnectError RESOURCE_EXHAUSTED beyond `maxBytes`, INVALID_ARGUMENT where the bytes are malformed, and what
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
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const decompressor = DECOMPRESSORS[encoding]();
  decompressor.end(bytes);
  try {
    for await (const chunk of decompressor as AsyncIterable<Buffer>) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      count(chunk.byteLength);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ConnectError ? error : malformed(encoding, error);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): ConnectError {
  return rpcError(Code.ResourceExhausted, `The message has more than ${maxBytes} bytes once decompressed; send less.`, {
    reason: 'MESSAGE_TOO_LARGE',
    metadata: { limit: String(maxBytes) },
  });
}

function malformed(encoding: Encoding, cause: unknown): ConnectError {
  return rpcError(Code.InvalidArgument, `The message is not well-formed ${encoding}.`, {
    reason: 'MALFORMED_COMPRESSION',
    cause,
  });
}
