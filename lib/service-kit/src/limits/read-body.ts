import type { IncomingMessage } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import type { AdmittedCall } from './admission.ts';
import { bodyTooLarge, bodyTooSlow } from './body-errors.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { RequestLimits } from './request-limits.ts';

/**
 * Reads a whole body. Its bytes are counted as in hand until the call is over.
 *
 * @throws ConnectError when it is larger or slower than the limits, RESOURCE_EXHAUSTED if too many bytes are in hand
 * already or its call gives way to another, CANCELLED when the client leaves
 */
export function readBody(
  request: IncomingMessage,
  call: AdmittedCall,
  { maxBodyBytes, bodyTimeoutMs }: Pick<RequestLimits, 'maxBodyBytes' | 'bodyTimeoutMs'>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announcedBytes = Number(request.headers['content-length'] ?? 0);
    let body = new ByteBuffer();
    let sizeBytes = 0;
    let isRefused = false;
    const stopWaiting = (): void => {
      clearTimeout(timer);
      yielding[Symbol.dispose]();
    };
    const refuse = (error: unknown): void => {
      isRefused = true;
      body = new ByteBuffer();
      stopWaiting();
      reject(error);
    };
    const timer = setTimeout(() => refuse(bodyTooSlow(bodyTimeoutMs)), bodyTimeoutMs);
    const yielding = call.giveWay(refuse);
    const take = (bytes: number): void => {
      try {
        if (Math.max(sizeBytes, announcedBytes) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
        call.takeBytes(bytes);
      } catch (error) {
        refuse(error);
      }
    };
    take(announcedBytes);
    body.expect(announcedBytes);
    const onData = (chunk: Buffer): void => {
      // The rest is still read: a client doesn't see the answer while it is busy sending.
      if (isRefused) return;
      sizeBytes += chunk.byteLength;
      body.append(chunk);
      if (sizeBytes > announcedBytes) take(chunk.byteLength);
    };
    const onGone = (): void => refuse(new ConnectError('The client left in the middle.', Code.Canceled));
    const onEnd = (): void => {
      stopWaiting();
      // The request may last for days, and nothing of its body is needed by then.
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      resolve(body.take(body.size));
    };
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
