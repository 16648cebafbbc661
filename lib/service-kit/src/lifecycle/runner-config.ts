import { hostname } from 'node:os';
import type { EnvReader } from '../env/env-reader.ts';
import { readServiceTlsPaths } from '../tls/read-key-pair-paths.ts';
import type { RunnerConfig } from './service-context.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Reads `HOST`, `HEALTH_PORT`, `ALLOWED_HOSTS`, `LOG_LEVEL`, `SHUTDOWN_GRACE_MS` and the three of TLS between services,
 * which every service has.
 */
export function readRunnerConfig(
  env: EnvReader,
  service: { readonly name: string; readonly healthPort: number },
): RunnerConfig {
  return {
    host: env.string('HOST', '127.0.0.1'),
    healthPort: env.port('HEALTH_PORT', service.healthPort),
    allowedHosts: [hostname(), service.name, ...env.list('ALLOWED_HOSTS')],
    logLevel: env.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    shutdownGraceMs: env.milliseconds('SHUTDOWN_GRACE_MS', 3_000),
    serviceTlsPaths: readServiceTlsPaths(env),
  };
}
