import { EnvReader } from '@vigie/service-kit/env';

/** The implementation that probes, in this process or in a child. */
export interface BackendConfig {
  readonly backend: (typeof BACKENDS)[number];
  /** Number of threads in libuv's pool. */
  readonly threads: number;
}

const BACKENDS = ['libav', 'beamcoder'] as const;

/**
 * All that the child needs to know, apart from the rest of the configuration, which brings most of the service with it.
 *
 * @throws InvalidEnvironmentError
 */
export function readBackendConfig(env: NodeJS.ProcessEnv): BackendConfig {
  const reader = new EnvReader(env);
  return reader.finish(readBackend(reader));
}

export function readBackend(reader: EnvReader): BackendConfig {
  return {
    backend: reader.oneOf('PROBE_BACKEND', BACKENDS, 'libav'),
    threads: reader.integer('UV_THREADPOOL_SIZE', 4, { min: 1, max: 1_024 }),
  };
}
