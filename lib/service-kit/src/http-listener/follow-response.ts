import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:http2';
import type { AdmittedCall } from '../limits/admission.ts';
import { http2StreamOf } from './http2-stream.ts';
import { OldestGoes } from './oldest-goes.ts';

/** nginx's `lingering_timeout`. */
const LINGER_MS = 5_000;

/** Of this process: each takes some 10 KB, and no limit on calls counts them. */
const ANSWERED = { max: 1_000, minWaitMs: 1_000, maxInBurst: 6_000 };
/** Requests that were answered before all of their body was there. */
const lingering = new OldestGoes(ANSWERED);
/** Refusals that their clients have not read yet. */
const refused = new OldestGoes(ANSWERED);

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

/**
 * Cuts a response that is whole, and kept in memory until it is sent, when the client takes too long to read it, or
 * when others need its place.
 *
 * @param call of which the response is; absent if it was refused
 */
export function limitSending(response: ServerResponse, timeoutMs: number, call?: AdmittedCall): void {
  const sent = http2StreamOf(response) ?? response;
  // Its client has left.
  if (sent.destroyed) return;
  const waiting = call?.giveWay(() => cut(response)) ?? refused.add(() => cut(response));
  const timer = setTimeout(() => cut(response), timeoutMs);
  sent.once('close', () => {
    clearTimeout(timer);
    waiting[Symbol.dispose]();
  });
}

/** Ends a response that its client doesn't read. A client of gRPC takes it for RESOURCE_EXHAUSTED. */
export function cut(response: ServerResponse): void {
  const stream = http2StreamOf(response);
  if (stream === undefined) response.destroy();
  else stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

function dropRest(request: IncomingMessage, lingerMs: number): void {
  request.resume();
  if (request.complete || request.destroyed) return;
  const stop = (): void => {
    const stream = http2StreamOf(request);
    if (stream === undefined) request.destroy();
    else stream.close(constants.NGHTTP2_NO_ERROR);
  };
  const waiting = lingering.add(stop);
  const timer = setTimeout(stop, lingerMs);
  request.once('close', () => {
    clearTimeout(timer);
    waiting[Symbol.dispose]();
  });
}
