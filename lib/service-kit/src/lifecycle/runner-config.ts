import type { EnvReader } from '../env/env-reader.ts';
import type { RunnerConfig } from './service-context.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Reads `HOST`, `HEALTH_PORT`, `LOG_LEVEL` and `SHUTDOWN_GRACE_MS`, which every service has. */
export function readRunnerConfig(env: EnvReader, defaults: { readonly healthPort: number }): RunnerConfig {
  return {
    host: env.string('HOST', '127.0.0.1'),
    healthPort: env.port('HEALTH_PORT', defaults.healthPort),
    logLevel: env.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    shutdownGraceMs: env.milliseconds('SHUTDOWN_GRACE_MS', 3_000),
  };
}
