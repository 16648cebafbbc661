import { EnvReader } from '@vigie/service-kit/env';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
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
  readonly maxBodyBytes: number;
  /** How long connections are still accepted after SIGTERM; at most half of the grace period. */
  readonly lameDuckMs: number;
}

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
    maxBodyBytes: reader.integer('MAX_BODY_BYTES', 8 * 1024 * 1024, { min: 1024, max: 64 * 1024 * 1024 }),
    lameDuckMs: reader.integer('LAME_DUCK_MS', 500, { min: 0, max: 600_000 }),
  });
}
