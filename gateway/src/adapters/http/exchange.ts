import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@vigie/access';
import { http2StreamOf } from '@vigie/service-kit/http-listener';
import type { AdmittedCall } from '@vigie/service-kit/limits';
import type { TraceContext } from '@vigie/service-kit/telemetry';
import type { KeyAttempt } from '../../api/idempotency-keys.ts';
import type { CallRate } from './rates/call-rate.ts';

/** A request that is being carried out under its Idempotency-Key. */
export interface HeldAttempt extends KeyAttempt {
  /** Whether a repeat would get the same answer, by what that holds. */
  isFinal: boolean;
  /** Whether its answer must not be kept: it holds a secret. */
  isSecret: boolean;
  /** Resolves once its answer is kept, or the key released. */
  readonly ended: PromiseWithResolvers<void>;
}

/** One request and its response, of any protocol. What is written here goes to the log and the metrics. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whose share of the limits it counts against: the client's address, behind trusted proxies that of theirs. */
  readonly caller: string;
  /** Whether its client has called over TLS, us or a trusted proxy. */
  readonly isSecure: boolean;
  /** As which hosts trusted proxies were called; empty without them. */
  readonly forwardedHosts: readonly string[];
  /** As it came, still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly trace: TraceContext;
  /** Aborts when the client is gone, unless its request goes on without it (`attempt`). */
  readonly signal: AbortSignal;
  /** How long a client may take to read a response that isn't a stream. */
  readonly sendTimeoutMs: number;
  /** Who sends it, once that is known. */
  identity: Identity | undefined;
  /** Once it is admitted. */
  call: AdmittedCall | undefined;
  /**
   * While it is carried out under an Idempotency-Key: that goes on when the client leaves, who will ask for the answer
   * again, and would have it done twice otherwise.
   */
  attempt: HeldAttempt | undefined;
  /** If it counts against a rate. */
  rate: CallRate | undefined;
  /** Refused because it came too fast, or beside too many: there may be so many that each has no line in the log. */
  isRateLimited: boolean;
  /** The route's template: few values, fit for a metric's label. */
  route: string;
  /** The alert that it is about. */
  uid: string | undefined;
  /** Name of the error's gRPC code, which the HTTP status of an RPC doesn't show. */
  code: string | undefined;
}

/** Whether the client has left. The stream of HTTP/2 knows it before the signal aborts. */
export function hasLeft({ signal, response }: Exchange): boolean {
  return signal.aborted || (http2StreamOf(response) ?? response).destroyed;
}

export type ExchangeHandler = (exchange: Exchange) => Promise<void>;

/** Of one that goes to the log; none that is accepted is longer. */
const MAX_UID_LENGTH = 128;

/** The alert that a request message is about, where it names one: the beginning of a uid that is too long. */
export function findUid(message: object): string | undefined {
  const { uid, alert, source } = message as {
    readonly uid?: unknown;
    readonly alert?: { readonly uid?: unknown };
    readonly source?: { readonly case?: string; readonly value?: unknown };
  };
  const found = uid ?? alert?.uid ?? (source?.case === 'uid' ? source.value : undefined);
  return typeof found === 'string' && found !== '' ? found.slice(0, MAX_UID_LENGTH) : undefined;
}
