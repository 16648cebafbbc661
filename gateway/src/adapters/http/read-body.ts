import type { IncomingMessage } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import { bodyTooLarge } from './http-error.ts';

/** @throws HttpError when it is larger than `maxBytes`; ConnectError CANCELLED when the client leaves */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let tooLarge = Number(request.headers['content-length'] ?? 0) > maxBytes;
    if (tooLarge) reject(bodyTooLarge(maxBytes));
    request.on('data', (chunk: Buffer) => {
      // The rest is still read: a client doesn't see the answer while it is busy sending.
      if (tooLarge) return;
      sizeBytes += chunk.byteLength;
      chunks.push(chunk);
      if (sizeBytes > maxBytes) {
        tooLarge = true;
        chunks.length = 0;
        reject(bodyTooLarge(maxBytes));
      }
    });
    const onGone = (): void => reject(new ConnectError('The client left in the middle.', Code.Canceled));
    request.once('end', () => {
      request.off('close', onGone);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.once('error', onGone);
    request.once('close', onGone);
  });
}
