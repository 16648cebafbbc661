import type { EnvReader } from '../env/env-reader.ts';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from '../http-listener/listener-limits.ts';
import type { AdmissionLimits } from './admission.ts';
import type { AdmissionsLimits } from './admissions.ts';
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from './decode-limits.ts';
import type { RequestLimits } from './request-limits.ts';

/** What a server that anybody may call bears. */
export interface ServerLimits extends AdmissionsLimits {
  readonly requestLimits: RequestLimits;
  readonly listenerLimits: ListenerLimits;
}

/** Where servers differ. */
export interface ServerLimitDefaults {
  readonly maxCalls: number;
  readonly maxCallsPerCaller: number;
  readonly maxBytesPerCaller: number;
  /** Server streams in flight. */
  readonly maxStreams: number;
  readonly listener?: Partial<ListenerLimits>;
}

const MIB = 1024 * 1024;
export const MAX_BYTES = 64 * MIB;
/** Of a request with one alert there are a few hundred. */
const FREE_BYTES_PER_CALL = 16 * 1024;
const COUNT = { min: 1, max: 1_000_000 };
const BYTES = { min: MIB, max: 1024 * MIB };
const SPAN_MS = { min: 100, max: 2 ** 31 - 1 };

/** Reads the limits from the environment; docs/operations.md lists them. */
export function readServerLimits(env: EnvReader, defaults: ServerLimitDefaults): ServerLimits {
  return {
    requestLimits: {
      maxBodyBytes: env.integer('MAX_BODY_BYTES', 8 * MIB, { min: 1024, max: 64 * MIB }),
      bodyTimeoutMs: env.integer('BODY_TIMEOUT_MS', 30_000, SPAN_MS),
      decode: readDecodeLimits(env),
    },
    listenerLimits: readListenerLimits(env, { ...DEFAULT_LISTENER_LIMITS, ...defaults.listener }),
    callLimits: readCallLimits(env, defaults),
    streamLimits: {
      maxCalls: env.integer('MAX_STREAMS', defaults.maxStreams, COUNT),
      maxCallsPerCaller: env.integer('MAX_STREAMS_PER_CALLER', defaults.maxStreams, COUNT),
      // Their requests are filters, of a hundred stores at most, and kept as long as they last.
      maxBytes: 32 * MIB,
      maxBytesPerCaller: 24 * MIB,
      freeBytesPerCall: 1024,
    },
  };
}

function readCallLimits(env: EnvReader, defaults: ServerLimitDefaults): AdmissionLimits {
  return {
    maxCalls: env.integer('MAX_CALLS', defaults.maxCalls, COUNT),
    maxCallsPerCaller: env.integer('MAX_CALLS_PER_CALLER', defaults.maxCallsPerCaller, COUNT),
    maxBytes: env.integer('MAX_BYTES_IN_HAND', MAX_BYTES, BYTES),
    maxBytesPerCaller: env.integer('MAX_BYTES_IN_HAND_PER_CALLER', defaults.maxBytesPerCaller, BYTES),
    freeBytesPerCall: FREE_BYTES_PER_CALL,
  };
}

function readDecodeLimits(env: EnvReader): DecodeLimits {
  const { maxValues, maxUnknownFields, maxDepth, maxHeapBytes } = DEFAULT_DECODE_LIMITS;
  return {
    maxValues: env.integer('MAX_MESSAGE_VALUES', maxValues, COUNT),
    maxUnknownFields: env.integer('MAX_MESSAGE_UNKNOWN_FIELDS', maxUnknownFields, COUNT),
    maxDepth: env.integer('MAX_MESSAGE_DEPTH', maxDepth, { min: 8, max: 100 }),
    maxHeapBytes: env.integer('MAX_MESSAGE_HEAP_BYTES', maxHeapBytes, BYTES),
  };
}

function readListenerLimits(env: EnvReader, defaults: ListenerLimits): ListenerLimits {
  return {
    maxConnections: env.integer('MAX_CONNECTIONS', defaults.maxConnections, COUNT),
    maxConnectionsPerCaller: env.integer('MAX_CONNECTIONS_PER_CALLER', defaults.maxConnectionsPerCaller, COUNT),
    maxResets: env.integer('MAX_RESETS', defaults.maxResets, COUNT),
    resetsPerSecond: env.integer('RESETS_PER_SECOND', defaults.resetsPerSecond, COUNT),
    maxHeaderBytes: env.integer('MAX_HEADER_BYTES', defaults.maxHeaderBytes, { min: 8 * 1024, max: 32 * 1024 }),
    headersTimeoutMs: env.integer('HEADERS_TIMEOUT_MS', defaults.headersTimeoutMs, SPAN_MS),
    handshakeTimeoutMs: env.integer('HANDSHAKE_TIMEOUT_MS', defaults.handshakeTimeoutMs, SPAN_MS),
    idleTimeoutMs: env.integer('IDLE_TIMEOUT_MS', defaults.idleTimeoutMs, SPAN_MS),
    pingAfterMs: env.integer('PING_AFTER_MS', defaults.pingAfterMs, SPAN_MS),
    pingTimeoutMs: env.integer('PING_TIMEOUT_MS', defaults.pingTimeoutMs, SPAN_MS),
    maxConnectionAgeMs: env.integer('MAX_CONNECTION_AGE_MS', defaults.maxConnectionAgeMs, SPAN_MS),
    maxStreamsPerConnection: env.integer('MAX_STREAMS_PER_CONNECTION', defaults.maxStreamsPerConnection, COUNT),
  };
}
