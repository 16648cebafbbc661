import type { TenantVideos } from '@vigie/access';
import { type AccessConfig, readAccessConfig, readTenantVideos } from '@vigie/access/wire';
import { type JetStreamConfig, readJetStreamConfig } from '@vigie/alert/streams';
import type { InspectionLimits } from '@vigie/media-source';
import { EnvReader } from '@vigie/service-kit/env';
import { readGrpcServerLimits } from '@vigie/service-kit/grpc';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import type { ServerLimits } from '@vigie/service-kit/limits';
import { type BackendConfig, readBackend } from './backend-config.ts';
import type { FailurePolicy } from './domain/retry-decision.ts';
import { DEFAULT_RETRY_SCHEDULE } from './domain/retry-schedule.ts';
import { service } from './service.ts';

export interface Config extends RunnerConfig, JetStreamConfig, AccessConfig {
  /** Of access-svc. */
  readonly accessAddress: string;
  readonly serverLimits: ServerLimits;
  readonly port: number;
  readonly tenantVideos: TenantVideos;
  readonly storeAddress: string;
  readonly videoOrigin: string;
  readonly videoReadTimeoutMs: number;
  /** Alerts that are probed at once. */
  readonly concurrentTasks: number;
  /** Alerts that are probed, or wait for their store's turn or for the store. */
  readonly alertsInFlight: number;
  /** Calls of `VideoService` that are answered at once. */
  readonly callsInFlight: number;
  /** Videos whose headers are larger than most, in memory at once. */
  readonly largeHeaders: number;
  readonly limits: InspectionLimits;
  readonly probeBackend: BackendConfig;
  readonly probeChild: ProbeChildConfig;
  readonly failurePolicy: FailurePolicy;
}

/** The process in which an alert that was delivered before is probed. */
export interface ProbeChildConfig {
  readonly memoryBytes: number;
  readonly env: NodeJS.ProcessEnv;
}

export interface CliConfig {
  /** Where relative names begin. */
  readonly directory: string;
  readonly videoReadTimeoutMs: number;
  readonly limits: InspectionLimits;
  readonly probeBackend: BackendConfig;
}

const MEBIBYTE = 1024 * 1024;

/** What decides how a process runs. A decoder of hostile files must not know addresses or secrets. */
const CHILD_VARIABLES = [
  'LD_LIBRARY_PATH',
  'MALLOC_ARENA_MAX',
  'MALLOC_TRIM_THRESHOLD_',
  'NODE_COMPILE_CACHE',
  'NODE_OPTIONS',
  'NODE_PATH',
  'PROBE_BACKEND',
  'UV_THREADPOOL_SIZE',
];

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  const concurrentTasks = reader.integer('CONCURRENT_TASKS', 128, { min: 1, max: 10_000 });
  return reader.finish({
    ...readRunnerConfig(reader, service),
    ...readAccessConfig(reader),
    accessAddress: reader.address('ACCESS_ADDRESS', '127.0.0.1:50054'),
    serverLimits: readGrpcServerLimits(reader),
    ...readJetStreamConfig(reader),
    port: reader.port('PORT', service.port),
    storeAddress: reader.address('STORE_ADDRESS', '127.0.0.1:50053'),
    tenantVideos: readTenantVideos(reader),
    videoOrigin: reader.url('VIDEO_ORIGIN', ['http', 'https'], 'http://127.0.0.1:8080'),
    videoReadTimeoutMs: readVideoReadTimeout(reader),
    concurrentTasks,
    alertsInFlight: Math.max(concurrentTasks, reader.integer('ALERTS_IN_FLIGHT', 1_024, { min: 1, max: 100_000 })),
    callsInFlight: reader.integer('CALLS_IN_FLIGHT', 128, { min: 1, max: 10_000 }),
    largeHeaders: reader.integer('LARGE_HEADERS_AT_ONCE', 4, { min: 1, max: 1_000 }),
    limits: readLimits(reader),
    probeBackend: readBackend(reader),
    probeChild: {
      memoryBytes: reader.integer('PROBE_CHILD_MEMORY_BYTES', 512 * MEBIBYTE, { min: 64 * MEBIBYTE, max: 2 ** 40 }),
      env: Object.fromEntries(CHILD_VARIABLES.map(name => [name, env[name]])),
    },
    failurePolicy: {
      uploadGraceMs: reader.milliseconds('VIDEO_UPLOAD_GRACE_MS', 60_000),
      schedule: {
        baseMs: reader.integer('RETRY_BASE_MS', DEFAULT_RETRY_SCHEDULE.baseMs, { min: 1, max: 3_600_000 }),
        maxMs: reader.integer('RETRY_MAX_MS', DEFAULT_RETRY_SCHEDULE.maxMs, { min: 1, max: 86_400_000 }),
        maxAttempts: reader.integer('RETRY_MAX_ATTEMPTS', DEFAULT_RETRY_SCHEDULE.maxAttempts, { min: 1, max: 1_000 }),
      },
    },
  });
}

/** @throws InvalidEnvironmentError */
export function readCliConfig(env: NodeJS.ProcessEnv): CliConfig {
  const reader = new EnvReader(env);
  return reader.finish({
    // npm runs scripts in the project's folder; this variable says where it was called.
    directory: (env.npm_lifecycle_event === 'probe' && env.INIT_CWD) || process.cwd(),
    videoReadTimeoutMs: readVideoReadTimeout(reader),
    limits: readLimits(reader),
    probeBackend: readBackend(reader),
  });
}

function readVideoReadTimeout(reader: EnvReader): number {
  return reader.integer('VIDEO_READ_TIMEOUT_MS', 5_000, { min: 1, max: 600_000 });
}

function readLimits(reader: EnvReader): InspectionLimits {
  return {
    firstRangeBytes: reader.integer('FIRST_RANGE_BYTES', 32 * 1024, { min: 1, max: 16 * MEBIBYTE }),
    maxBytes: reader.integer('PROBE_MAX_BYTES', 16 * MEBIBYTE, { min: 1, max: 1024 * MEBIBYTE }),
    maxRequests: reader.integer('PROBE_MAX_REQUESTS', 16, { min: 1, max: 10_000 }),
    timeoutMs: reader.integer('PROBE_TIMEOUT_MS', 15_000, { min: 1, max: 600_000 }),
  };
}
