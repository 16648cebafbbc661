import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:http2';
import { http2StreamOf } from './http2-stream.ts';

/** nginx's `lingering_timeout`. */
const LINGER_MS = 5_000;

/**
 * Looks after a request once its response is sent: a refused body is still on its way. It is read for a while, so that
 * the client sees the answer, which it doesn't while it is busy sending; then its connection, or its HTTP/2 stream, is
 * closed.
 *
 * @param onOver is called once; `isFinished` says whether the whole response was sent, or the client left before
 */
export function followResponse(
  request: IncomingMessage,
  response: ServerResponse,
  onOver: (isFinished: boolean) => void,
  lingerMs = LINGER_MS,
): void {
  let isFinished = false;
  // Over HTTP/2 the response itself says that it has finished even when its client has left before.
  const sent = http2StreamOf(response) ?? response;
  sent.on('finish', () => {
    isFinished = true;
    dropRest(request, lingerMs);
  });
  sent.on('close', () => onOver(isFinished));
}

/** Cuts a response that is whole, and kept in memory until it is sent, when the client takes too long to read it. */
export function limitSending(response: ServerResponse, timeoutMs: number): void {
  const timer = setTimeout(() => {
    const stream = http2StreamOf(response);
    if (stream === undefined) response.destroy();
    else stream.close(constants.NGHTTP2_CANCEL);
  }, timeoutMs);
  (http2StreamOf(response) ?? response).once('close', () => clearTimeout(timer));
}

function dropRest(request: IncomingMessage, lingerMs: number): void {
  request.resume();
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => {
    const stream = http2StreamOf(request);
    if (stream === undefined) request.destroy();
    else stream.close(constants.NGHTTP2_NO_ERROR);
  }, lingerMs);
  request.once('close', () => clearTimeout(timer));
}
