import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues } from '@connectrpc/connect';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { onBehalfOf } from '@vigie/access/wire';
import { type FinalStatus, labelTexts } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import {
  EVERYTHING,
  type FeedEvent,
  type FeedPosition,
  type FeedSource,
  OutcomeFeedError,
  type OutcomeFilter,
} from '@vigie/outcome-feed';
import { decodeResumeToken, encodeResumeToken } from '@vigie/outcome-feed/wire';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  WatchAlertsRequestSchema,
  type WatchAlertsResponse,
  WatchAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { type Backoff, backoffDelayMs, pause } from '@vigie/service-kit/async';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { Upstreams } from '../../api/upstreams.ts';

const REOPENING: Backoff = { baseMs: 100, maxMs: 1_000 };
/** Watches end, instead of falling silent, once store-svc could not be asked for so long. */
const SILENCE_LIMIT_MS = 10_000;

/** Outcomes as store-svc reports them by `WatchAlerts`. */
export class UpstreamOutcomes implements FeedSource<WatchAlertsResponse> {
  readonly #upstreams: Upstreams;
  readonly #authorization: string;

  /** @param authorization of the gateway itself: it watches for all of its clients */
  constructor(upstreams: Upstreams, authorization: string) {
    this.#upstreams = upstreams;
    this.#authorization = authorization;
  }

  /** Goes on with another replica of store-svc where one has left off. */
  async *follow(signal: AbortSignal): AsyncIterable<FeedEvent<WatchAlertsResponse>> {
    // It belongs to no caller.
    const trace = newTrace();
    let position: FeedPosition | undefined;
    let failures = 0;
    let failingSince = 0;
    while (!signal.aborted) {
      try {
        const events = await withTrace(trace, () => this.#watch(EVERYTHING, position, signal));
        for await (const event of events) {
          failures = 0;
          position = event.position;
          yield event;
        }
        throw new OutcomeFeedError('FEED_UNREACHABLE', 'store-svc has ended its watch.');
      } catch (error) {
        if (signal.aborted) return;
        if (position === undefined) throw error;
        if (hasReason(error, 'RESUME_TOKEN_EXPIRED', 'RESUME_TOKEN_OF_LOST_STREAM')) throw lost(error);
        if (failures++ === 0) failingSince = performance.now();
        if (!canGoOn(error) || performance.now() - failingSince > SILENCE_LIMIT_MS) throw error;
      }
      await pause(backoffDelayMs(REOPENING, failures), signal);
    }
  }

  async *catchUp(
    filter: OutcomeFilter,
    after: FeedPosition,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<WatchAlertsResponse>> {
    yield* await this.#watch(filter, after, signal);
  }

  async #watch(
    { tenant, stores, labels, statuses }: OutcomeFilter,
    after: FeedPosition | undefined,
    signal: AbortSignal,
  ): Promise<AsyncIterable<FeedEvent<WatchAlertsResponse>>> {
    const request = create(WatchAlertsRequestSchema, {
      stores: [...stores],
      labels: [...labels],
      statuses: statuses.map(status => Alert_Status[status]),
      resumeToken: after === undefined ? '' : encodeResumeToken(after),
    });
    const header = new Headers({ authorization: this.#authorization, ...onBehalfOf(tenant).headers });
    const call = { signal, header, contextValues: createContextValues() };
    const responses = await this.#upstreams.stream(AlertService.method.watchAlerts, yieldOne(request), call);
    return toEvents(responses as AsyncIterable<WatchAlertsResponse>);
  }
}

async function* toEvents(responses: AsyncIterable<WatchAlertsResponse>): AsyncIterable<FeedEvent<WatchAlertsResponse>> {
  for await (const response of responses) {
    const position = decodeResumeToken(response.resumeToken);
    if (position === undefined) throw new Error(`store-svc sent ${response.resumeToken}, which is no resume token`);
    const { alert } = response;
    const outcome = alert && {
      value: response,
      tenant: alert.tenant || DEFAULT_TENANT,
      store: alert.store,
      labels: labelTexts(alert.labels),
      status: statusFromProto(alert.status) as FinalStatus,
      sizeBytes: toBinary(WatchAlertsResponseSchema, response).byteLength,
    };
    yield outcome === undefined ? { position } : { outcome, position };
  }
}

async function* yieldOne<T>(message: T): AsyncIterable<T> {
  yield message;
}

/** Whether the same subscription may be opened again, without a gap. */
function canGoOn(error: unknown): boolean {
  if (error instanceof OutcomeFeedError) return true;
  if (hasReason(error, 'WATCH_FELL_BEHIND')) return true;
  return error instanceof ConnectError && error.code === Code.Unavailable && !hasReason(error, 'OUTCOMES_LOST');
}

function hasReason(error: unknown, ...reasons: readonly string[]): boolean {
  if (!(error instanceof ConnectError)) return false;
  return error.findDetails(ErrorInfoSchema).some(({ reason }) => reasons.includes(reason));
}

/** Each watch learns by its own resume token what of it is lost. */
function lost(cause: unknown): OutcomeFeedError {
  return new OutcomeFeedError('OUTCOMES_LOST', 'The outcomes since the last one that came are gone.', { cause });
}
