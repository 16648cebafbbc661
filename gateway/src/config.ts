import { hostname } from 'node:os';
import { EnvReader } from '@vigie/service-kit/env';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import { type AdmissionLimits, DEFAULT_DECODE_LIMITS, type DecodeLimits } from '@vigie/service-kit/limits';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from './adapters/http/http-listener/listener-limits.ts';
import { service } from './service.ts';

export interface Config extends RunnerConfig {
  /** The one public port, for HTTP/1.1 and cleartext HTTP/2. */
  readonly port: number;
  readonly ingestAddress: string;
  readonly probeAddress: string;
  readonly storeAddress: string;
  /** Deadline of a unary call without one of its own; REST calls never have one. */
  readonly requestTimeoutMs: number;
  /** The longest deadline that a unary call may have. */
  readonly maxTimeoutMs: number;
  /** Host names under which clients may call, besides addresses and `localhost`. */
  readonly allowedHosts: readonly string[];
  /** Web sites whose pages may call. */
  readonly allowedOrigins: readonly string[];
  /** The largest body, and the largest message of an RPC, also once decompressed. */
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive; of a stream of requests, each message. */
  readonly bodyTimeoutMs: number;
  readonly decodeLimits: DecodeLimits;
  /** How long a client may take to read a response that isn't a stream. */
  readonly sendTimeoutMs: number;
  readonly listenerLimits: ListenerLimits;
  readonly callLimits: AdmissionLimits;
  /** Of server streams. */
  readonly streamLimits: AdmissionLimits;
  /** How many outcomes are kept for all watches: one that falls further behind ends. */
  readonly recentOutcomes: number;
  /** How long connections are still accepted after SIGTERM; at most half of the grace period. */
  readonly lameDuckMs: number;
}

const MIB = 1024 * 1024;
const COUNT = { min: 1, max: 1_000_000 };
const SPAN_MS = { min: 100, max: 2 ** 31 - 1 };
const BYTES = { min: MIB, max: 1024 * MIB };
/** Of a request with one alert there are a few hundred. */
const FREE_BYTES_PER_CALL = 16 * 1024;

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, service),
    port: reader.port('PORT', service.port),
    ingestAddress: reader.address('INGEST_ADDRESS', '127.0.0.1:50051'),
    probeAddress: reader.address('PROBE_ADDRESS', '127.0.0.1:50052'),
    storeAddress: reader.address('STORE_ADDRESS', '127.0.0.1:50053'),
    requestTimeoutMs: reader.milliseconds('REQUEST_TIMEOUT_MS', 10_000),
    maxTimeoutMs: reader.milliseconds('MAX_TIMEOUT_MS', 300_000),
    allowedHosts: [hostname(), service.name, ...readList(reader, 'ALLOWED_HOSTS')],
    allowedOrigins: readList(reader, 'ALLOWED_ORIGINS'),
    maxBodyBytes: reader.integer('MAX_BODY_BYTES', 8 * MIB, { min: 1024, max: 64 * MIB }),
    bodyTimeoutMs: reader.integer('BODY_TIMEOUT_MS', 30_000, SPAN_MS),
    decodeLimits: readDecodeLimits(reader),
    sendTimeoutMs: reader.integer('SEND_TIMEOUT_MS', 60_000, SPAN_MS),
    listenerLimits: readListenerLimits(reader),
    callLimits: {
      maxCalls: reader.integer('MAX_CALLS', 2_000, COUNT),
      maxCallsPerCaller: reader.integer('MAX_CALLS_PER_CALLER', 1_500, COUNT),
      maxBytes: reader.integer('MAX_BYTES_IN_HAND', 64 * MIB, BYTES),
      maxBytesPerCaller: reader.integer('MAX_BYTES_IN_HAND_PER_CALLER', 48 * MIB, BYTES),
      freeBytesPerCall: FREE_BYTES_PER_CALL,
    },
    streamLimits: {
      maxCalls: reader.integer('MAX_STREAMS', 10_000, COUNT),
      maxCallsPerCaller: reader.integer('MAX_STREAMS_PER_CALLER', 10_000, COUNT),
      // Their requests are filters.
      maxBytes: MIB,
      maxBytesPerCaller: MIB,
      freeBytesPerCall: 1024,
    },
    recentOutcomes: reader.integer('RECENT_OUTCOMES', 4_096, { min: 1, max: 1_000_000 }),
    lameDuckMs: reader.integer('LAME_DUCK_MS', 500, { min: 0, max: 600_000 }),
  });
}

function readDecodeLimits(reader: EnvReader): DecodeLimits {
  const { maxValues, maxUnknownFields, maxDepth, maxHeapBytes } = DEFAULT_DECODE_LIMITS;
  return {
    maxValues: reader.integer('MAX_MESSAGE_VALUES', maxValues, COUNT),
    maxUnknownFields: reader.integer('MAX_MESSAGE_UNKNOWN_FIELDS', maxUnknownFields, COUNT),
    maxDepth: reader.integer('MAX_MESSAGE_DEPTH', maxDepth, { min: 8, max: 100 }),
    maxHeapBytes: reader.integer('MAX_MESSAGE_HEAP_BYTES', maxHeapBytes, BYTES),
  };
}

function readListenerLimits(reader: EnvReader): ListenerLimits {
  const defaults = DEFAULT_LISTENER_LIMITS;
  return {
    maxConnections: reader.integer('MAX_CONNECTIONS', defaults.maxConnections, COUNT),
    maxConnectionsPerCaller: reader.integer('MAX_CONNECTIONS_PER_CALLER', defaults.maxConnectionsPerCaller, COUNT),
    maxResets: reader.integer('MAX_RESETS', defaults.maxResets, COUNT),
    resetsPerSecond: reader.integer('RESETS_PER_SECOND', defaults.resetsPerSecond, COUNT),
    maxHeaderBytes: reader.integer('MAX_HEADER_BYTES', defaults.maxHeaderBytes, { min: 8 * 1024, max: 32 * 1024 }),
    headersTimeoutMs: reader.integer('HEADERS_TIMEOUT_MS', defaults.headersTimeoutMs, SPAN_MS),
    idleTimeoutMs: reader.integer('IDLE_TIMEOUT_MS', defaults.idleTimeoutMs, SPAN_MS),
    pingAfterMs: reader.integer('PING_AFTER_MS', defaults.pingAfterMs, SPAN_MS),
    pingTimeoutMs: reader.integer('PING_TIMEOUT_MS', defaults.pingTimeoutMs, SPAN_MS),
  };
}

/** Comma-separated. */
function readList(reader: EnvReader, name: string): readonly string[] {
  return reader
    .string(name, '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
}
