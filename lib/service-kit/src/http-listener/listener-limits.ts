import type { ConnectionBounds } from './connection-table.ts';
import type { ResetBounds } from './reset-budget.ts';

export interface ListenerLimits extends ConnectionBounds, ResetBounds {
  /** Of all headers of a request together. HTTP/2 clients are told; they may count 32 bytes more for each field. */
  readonly maxHeaderBytes: number;
  /** How long the headers of an HTTP/1.1 request may take to arrive. */
  readonly headersTimeoutMs: number;
  /** How long a TLS handshake may take, from its first byte. */
  readonly handshakeTimeoutMs: number;
  /** How long a connection may be open on which nothing is asked. Over HTTP/1.1 it is 65 s at most. */
  readonly idleTimeoutMs: number;
  /** How long an HTTP/2 client with requests in flight may be silent before it is asked for a sign of life (PING). */
  readonly pingAfterMs: number;
  /** How long it may take to give one. */
  readonly pingTimeoutMs: number;
  /**
   * How long a connection is used, give or take a tenth. Then its client is asked to open another, which may lead to
   * another replica; what is in flight goes on. https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md
   */
  readonly maxConnectionAgeMs: number;
  /** Requests in flight on one HTTP/2 connection; clients are told. */
  readonly maxStreamsPerConnection: number;
}

export const DEFAULT_LISTENER_LIMITS: ListenerLimits = {
  maxConnections: 16_384,
  maxConnectionsPerCaller: 12_288,
  // As many as a connection may have streams: a client may cancel all of its calls.
  maxResets: 1_000,
  resetsPerSecond: 100,
  maxHeaderBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 300_000,
  pingAfterMs: 30_000,
  pingTimeoutMs: 10_000,
  maxConnectionAgeMs: 3_600_000,
  maxStreamsPerConnection: 1_000,
};
