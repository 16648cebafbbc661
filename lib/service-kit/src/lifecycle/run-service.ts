import { setFlagsFromString } from 'node:v8';
import type { Registry } from 'prom-client';
import { Health } from '../telemetry/health.ts';
import { startHealthServer } from '../telemetry/health-server.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { KeyPairFiles } from '../tls/key-pair-files.ts';
import { registerKeyPairMetrics } from '../tls/key-pair-metrics.ts';
import type { RunnerConfig, ServiceContext } from './service-context.ts';

export interface Service<C extends RunnerConfig> {
  readonly name: string;
  /** @throws InvalidEnvironmentError */
  readonly readConfig: (env: NodeJS.ProcessEnv) => C;
  /** Builds and starts the service; whatever it starts goes to `context.teardown`. */
  readonly start: (config: C, context: ServiceContext) => Promise<unknown>;
}

/**
 * By how much of what lives the heap grows before V8 looks through all of it. By itself V8 takes a third where the heap
 * may have 256 MiB, and then looks once a second, which a call in a hundred waits for.
 */
const HEAP_GROWING_PERCENT = 150;

/** Time that teardown has beyond the grace period of the calls, for closing connections. */
const CLOSING_MS = 2_000;

/**
 * Runs a service as this process: health endpoint first, then the service, until SIGTERM, SIGINT or the end of the
 * parent that holds its IPC channel. Exits 0 after a clean stop, 1 after anything else.
 */
export async function runService<C extends RunnerConfig>(service: Service<C>): Promise<void> {
  const config = readConfigOrExit(service);
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const logger = createLogger(service.name, config.logLevel);
  const health = new Health();
  const metrics = createMetrics(service.name);
  const teardown = new AsyncDisposableStack();
  const stopOnce = stopper(logger, health, teardown, config.shutdownGraceMs + CLOSING_MS);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopOnce(signal, 0));
  process.on('disconnect', () => stopOnce('the parent process is gone', 0));
  process.on('uncaughtException', error => {
    logger.fatal({ err: error }, 'uncaught error');
    stopOnce('uncaught error', 1);
  });
  try {
    const { host, healthPort: port, allowedHosts } = config;
    teardown.use(await startHealthServer({ host, port, allowedHosts, health, metrics }));
    const tls = await openServiceTls(config, logger, metrics);
    if (tls !== undefined) teardown.use(tls);
    await service.start(config, { logger, metrics, health, teardown, tls });
    health.enter('running');
    logger.info('ready');
  } catch (error) {
    logger.fatal({ err: error }, `cannot start: ${(error as Error).message}`);
    stopOnce('failed start', 1);
  }
}

function readConfigOrExit<C extends RunnerConfig>(service: Service<C>): C {
  try {
    return service.readConfig(process.env);
  } catch (error) {
    createLogger(service.name, 'info').fatal(`wrong configuration: ${(error as Error).message}`);
    process.exit(1);
  }
}

async function openServiceTls(
  { serviceTlsPaths }: RunnerConfig,
  logger: Logger,
  metrics: Registry,
): Promise<KeyPairFiles | undefined> {
  if (serviceTlsPaths === undefined) return undefined;
  const files = await KeyPairFiles.open({ ...serviceTlsPaths, logger });
  registerKeyPairMetrics(metrics, files, 'services');
  return files;
}

function stopper(
  logger: Logger,
  health: Health,
  teardown: AsyncDisposableStack,
  limitMs: number,
): (why: string, exitCode: number) => void {
  let stopping = false;
  return (why, exitCode) => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    health.enter('stopping');
    setTimeout(() => {
      logger.error(`could not stop within ${limitMs} ms`);
      process.exit(1);
    }, limitMs).unref();
    teardown.disposeAsync().then(
      () => {
        logger.info('stopped');
        process.exit(exitCode);
      },
      error => {
        logger.error({ err: error }, 'stopped with errors');
        process.exit(1);
      },
    );
  };
}
