import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  type WatchAlertsRequest,
  WatchAlertsRequestSchema,
  type WatchAlertsResponse,
  WatchAlertsResponse_Event,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { Connection } from './connection.ts';
import { messageOf, plainOf } from './plain-messages.ts';
import type { Alert, WatchFilter } from './resources.ts';
import { pause, pauseAfter } from './retry.ts';
import { VigieError, vigieErrorOf } from './vigie-error.ts';

/**
 * What a watch says. Keep `resumeToken` once an event is handled: a watch that is given it goes on after that event.
 *
 * - `READY`: it has begun, or begun again after its connection was lost; every later outcome is reported
 * - `OUTCOME`: an alert has its outcome. Each is reported at least once; `uid` and `sequence` identify it
 * - `PROGRESS`: only the token is new
 * - `GAP`: outcomes may be missing before the next event, as they are no longer kept: list the alerts since then
 */
export type WatchEvent =
  | { readonly event: 'READY' | 'PROGRESS'; readonly resumeToken: string }
  | { readonly event: 'OUTCOME'; readonly resumeToken: string; readonly alert: Alert }
  | { readonly event: 'GAP'; readonly resumeToken: string; readonly reason: GapReason };

export type GapReason = 'RESUME_TOKEN_EXPIRED' | 'RESUME_TOKEN_OF_LOST_STREAM';

export interface WatchOptions {
  /** Of the last event that was handled; from now on if absent. */
  readonly resumeToken?: string | undefined;
  /** Aborting it ends the watch, without an error. */
  readonly signal?: AbortSignal | undefined;
}

const MAX_PAUSE_MS = 30_000;
/** A connection that lasted so long was a good one. */
const GOOD_MS = 10_000;
/** The gateway sends something every minute. */
const SILENCE_MS = 150_000;

/**
 * Outcomes as they are found, until the signal aborts or the loop is left. Whenever the connection is lost, it connects
 * again and goes on where it was, however long that takes. Only the first connection has the attempts of a call.
 *
 * @throws VigieError if the watch is refused, or there is no first connection
 */
export async function* watchAlerts(
  connection: Connection,
  filter: WatchFilter,
  { resumeToken = '', signal }: WatchOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  const request = messageOf(WatchAlertsRequestSchema, { ...filter, resumeToken });
  const { policy } = connection;
  let hasBegun = false;
  for (let failures = 0; !signal?.aborted; ) {
    const openedAt = performance.now();
    try {
      for await (const response of responsesOf(connection, request, signal)) {
        hasBegun = true;
        request.resumeToken = response.resumeToken;
        yield eventOf(response);
      }
    } catch (thrown) {
      if (signal?.aborted) return;
      const error = vigieErrorOf(thrown);
      failures = performance.now() - openedAt > GOOD_MS ? 1 : failures + 1;
      const goesOn = error.retryable && (hasBegun || failures < policy.maxAttempts);
      if (error.code === 'OUT_OF_RANGE') yield* goOnAfter(error, request);
      else if (!goesOn) throw error;
      const pauseMs = pauseAfter({ ...policy, maxMs: MAX_PAUSE_MS }, failures, error);
      policy.onRetry?.(error, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}

/** Sets the token to go on from. Nothing is missing for a watch that fell behind: it goes on where it was. */
function* goOnAfter({ reason, metadata }: VigieError, request: WatchAlertsRequest): Generator<WatchEvent> {
  if (reason === 'WATCH_FELL_BEHIND') {
    request.resumeToken ||= metadata.resume_token ?? '';
    return;
  }
  // Without a token nothing is kept: from now on.
  request.resumeToken = metadata.oldest_resume_token ?? '';
  yield { event: 'GAP', reason: reason as GapReason, resumeToken: request.resumeToken };
}

function eventOf({ event, alert, resumeToken }: WatchAlertsResponse): WatchEvent {
  if (alert !== undefined) return { event: 'OUTCOME', resumeToken, alert: plainOf(AlertSchema, alert) };
  return { event: event === WatchAlertsResponse_Event.READY ? 'READY' : 'PROGRESS', resumeToken };
}

/** The responses of one connection. @throws VigieError when it ends: a watch has no end of its own */
async function* responsesOf(
  connection: Connection,
  request: WatchAlertsRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchAlertsResponse, void, undefined> {
  const closing = new AbortController();
  const close = () => closing.abort(signal?.reason);
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  try {
    const open = connection.stream(AlertService.method.watchAlerts, request, closing.signal);
    const responses = (await inTime(open, closing))[Symbol.asyncIterator]();
    while (true) {
      const { done, value } = await inTime(responses.next(), closing);
      if (done) throw new VigieError({ code: 'UNAVAILABLE', reason: 'CONNECTION_LOST', message: 'The watch ended.' });
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', close);
    closing.abort();
  }
}

/** A network may drop a connection without a word, which nobody notices who only reads. */
async function inTime<T>(answer: Promise<T>, closing: AbortController): Promise<T> {
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    closing.abort();
  }, SILENCE_MS);
  try {
    return await answer;
  } catch (error) {
    if (!isSilent) throw error;
    const message = `There was nothing to read for ${SILENCE_MS / 1_000} s.`;
    throw new VigieError({ code: 'UNAVAILABLE', reason: 'CONNECTION_LOST', message });
  } finally {
    clearTimeout(timer);
  }
}
