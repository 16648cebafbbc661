import { type JetStreamConfig, readJetStreamConfig } from '@vigie/alert/streams';
import { EnvReader } from '@vigie/service-kit/env';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import { type AwaitedConsumers, readAwaitedConsumers } from './domain/awaited-consumers.ts';
import { service } from './service.ts';

export interface Config extends RunnerConfig, JetStreamConfig {
  /** From the end of one pass to the start of the next. */
  readonly intervalMs: number;
  /** How long a finished message stays. */
  readonly replayWindowMs: number;
  readonly awaitedConsumers: AwaitedConsumers;
}

const HOUR_MS = 60 * 60 * 1_000;

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, service),
    ...readJetStreamConfig(reader),
    intervalMs: reader.integer('RETENTION_INTERVAL_MS', 10_000, { min: 10, max: HOUR_MS }),
    replayWindowMs: reader.milliseconds('REPLAY_WINDOW_MS', HOUR_MS),
    awaitedConsumers: readAwaitedConsumers(reader.checked('AWAITED_CONSUMERS', readAwaitedConsumers, '')),
  });
}
