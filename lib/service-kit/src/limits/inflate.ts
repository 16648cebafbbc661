import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';

const DECOMPRESSORS = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };

export type Encoding = keyof typeof DECOMPRESSORS;

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECOMPRESSORS, name);
}

/**
 * Decompresses until all is there or `maxBytes` are passed, whichever comes first.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED beyond `maxBytes`, INVALID_ARGUMENT where the bytes are malformed
 */
export async function inflate(bytes: Uint8Array, encoding: Encoding, maxBytes: number): Promise<Uint8Array> {
  if (bytes.byteLength === 0) return bytes;
  try {
    return await DECOMPRESSORS[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes, error);
    throw rpcError(Code.InvalidArgument, `The message is not well-formed ${encoding}.`, {
      reason: 'MALFORMED_COMPRESSION',
      cause: error,
    });
  }
}

function tooLarge(maxBytes: number, cause: unknown): ConnectError {
  return rpcError(Code.ResourceExhausted, `The message has more than ${maxBytes} bytes once decompressed; send less.`, {
    reason: 'MESSAGE_TOO_LARGE',
    metadata: { limit: String(maxBytes) },
    cause,
  });
}
