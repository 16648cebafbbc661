import { type AccessConfig, readAccessConfig } from '@vigie/access/wire';
import { EnvReader } from '@vigie/service-kit/env';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import { readServerLimits, type ServerLimits } from '@vigie/service-kit/limits';
import { type KeyPairPaths, readKeyPairPaths } from '@vigie/service-kit/tls';
import { TrustedProxies } from '@vigie/service-kit/web';
import type { CallLimitOptions } from './adapters/http/rates/call-limits.ts';
import type { RateLimit } from './adapters/http/rates/rate-limiter.ts';
import { service } from './service.ts';

export interface Config extends RunnerConfig, ServerLimits, AccessConfig, CallLimitOptions {
  /** The one public port, for HTTP/1.1 and HTTP/2. */
  readonly port: number;
  /** Of the port's certificate; without them it speaks no TLS. */
  readonly keyPairPaths: KeyPairPaths | undefined;
  readonly ingestAddress: string;
  readonly probeAddress: string;
  readonly storeAddress: string;
  readonly accessAddress: string;
  /** Deadline of a unary call without one of its own; REST calls never have one. */
  readonly requestTimeoutMs: number;
  /** The longest deadline that a unary call may have. */
  readonly maxTimeoutMs: number;
  /** Web sites whose pages may call. */
  readonly allowedOrigins: readonly string[];
  /** For how long browsers are to call over TLS alone; 0 has them forget it. */
  readonly hstsMaxAgeSeconds: number;
  /** Addresses and networks of the proxies whose word counts about where a request comes from. */
  readonly trustedProxies: readonly string[];
  /** How long a client may take to read a response that isn't a stream. */
  readonly sendTimeoutMs: number;
  /** How many outcomes are kept for all watches: one that falls further behind ends. */
  readonly recentOutcomes: number;
  /** How long connections are still accepted after SIGTERM; at most half of the grace period. */
  readonly lameDuckMs: number;
}

/** One caller leaves room for others. */
const SERVER_LIMITS = {
  maxCalls: 2_000,
  maxCallsPerCaller: 1_500,
  maxBytesPerCaller: 48 * 1024 * 1024,
  maxStreams: 10_000,
};
/** Beyond, no process of this kind would be. */
const MAX_PER_SECOND = 1_000_000;
const MOST_CALLS = 1_000_000;
const SPAN_MS = { min: 100, max: 2 ** 31 - 1 };

const HALF_A_YEAR_SECONDS = 180 * 86_400;

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  const runner = readRunnerConfig(reader, service);
  const mostLameDuckMs = Math.floor(runner.shutdownGraceMs / 2);
  return reader.finish({
    ...runner,
    ...readServerLimits(reader, SERVER_LIMITS),
    port: reader.port('PORT', service.port),
    keyPairPaths: readKeyPairPaths(reader),
    ingestAddress: reader.address('INGEST_ADDRESS', '127.0.0.1:50051'),
    probeAddress: reader.address('PROBE_ADDRESS', '127.0.0.1:50052'),
    ...readAccessConfig(reader),
    accessAddress: reader.address('ACCESS_ADDRESS', '127.0.0.1:50054'),
    storeAddress: reader.address('STORE_ADDRESS', '127.0.0.1:50053'),
    requestTimeoutMs: reader.integer('REQUEST_TIMEOUT_MS', 10_000, SPAN_MS),
    maxTimeoutMs: reader.integer('MAX_TIMEOUT_MS', 300_000, SPAN_MS),
    allowedOrigins: reader.list('ALLOWED_ORIGINS'),
    hstsMaxAgeSeconds: reader.integer('HSTS_MAX_AGE_SECONDS', HALF_A_YEAR_SECONDS, { min: 0, max: 2 ** 31 - 1 }),
    trustedProxies: reader.list('TRUSTED_PROXIES', networks => new TrustedProxies(networks)),
    sendTimeoutMs: reader.integer('SEND_TIMEOUT_MS', 60_000, SPAN_MS),
    recentOutcomes: reader.integer('RECENT_OUTCOMES', 4_096, { min: 1, max: 1_000_000 }),
    rateLimit: readRateLimit(reader, 'RATE_LIMIT_PER_SECOND', 'RATE_LIMIT_WINDOW_SECONDS'),
    keyRateLimit: readRateLimit(reader, 'KEY_RATE_LIMIT_PER_SECOND', 'KEY_RATE_LIMIT_WINDOW_SECONDS'),
    failedCredentialsPerMinute: reader.integer('FAILED_CREDENTIALS_PER_MINUTE', 300, { min: 0, max: MAX_PER_SECOND }),
    tenantRateLimit: readRateLimit(reader, 'TENANT_RATE_LIMIT_PER_SECOND', 'TENANT_RATE_LIMIT_WINDOW_SECONDS'),
    keyConcurrentCalls: readMost(reader, 'KEY_CONCURRENT_CALLS'),
    tenantConcurrentCalls: readMost(reader, 'TENANT_CONCURRENT_CALLS'),
    lameDuckMs: reader.integer('LAME_DUCK_MS', Math.min(500, mostLameDuckMs), {
      min: 0,
      max: mostLameDuckMs,
      maxIs: 'half of SHUTDOWN_GRACE_MS',
    }),
  });
}

function readMost(reader: EnvReader, name: string): number | undefined {
  return reader.integer(name, 0, { min: 0, max: MOST_CALLS }) || undefined;
}

function readRateLimit(reader: EnvReader, rate: string, window: string): RateLimit | undefined {
  const perSecond = reader.integer(rate, 0, { min: 0, max: MAX_PER_SECOND });
  const windowSeconds = reader.integer(window, 1, { min: 1, max: 60 });
  return perSecond === 0 ? undefined : { perSecond, windowSeconds };
}
