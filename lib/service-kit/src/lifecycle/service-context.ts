import type { Registry } from 'prom-client';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { KeyPairFiles, KeyPairPaths } from '../tls/key-pair-files.ts';

/** What every service is given to build itself with. */
export interface ServiceContext {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** What is put here is disposed of on stop, the last first. */
  readonly teardown: AsyncDisposableStack;
  /** For calls between services, on both ends; absent: plaintext. */
  readonly tls?: KeyPairFiles | undefined;
}

/** The part of a service's configuration that the runner needs. */
export interface RunnerConfig {
  readonly host: string;
  readonly healthPort: number;
  /** Names under which web pages may call it: its own, that of its machine, and those in `ALLOWED_HOSTS`. */
  readonly allowedHosts: readonly string[];
  readonly logLevel: string;
  readonly shutdownGraceMs: number;
  readonly serviceTlsPaths: KeyPairPaths | undefined;
}
