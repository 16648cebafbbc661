import { EnvReader } from '@vigie/mesh/env/env-reader.ts';
import { type JetStreamConfig, readJetStreamConfig } from '@vigie/mesh/jetstream/jetstream-config.ts';
import { readRunnerConfig } from '@vigie/mesh/lifecycle/runner-config.ts';
import type { RunnerConfig } from '@vigie/mesh/lifecycle/service-context.ts';

export interface Config extends RunnerConfig, JetStreamConfig {
  /** From the end of one round to the begin of the next. */
  readonly intervalMs: number;
  /** How long a finished message stays. */
  readonly replayWindowMs: number;
}

const HOUR_MS = 60 * 60 * 1_000;

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, { healthPort: 9054 }),
    ...readJetStreamConfig(reader),
    intervalMs: reader.integer('KEEPER_INTERVAL_MS', 10_000, { min: 10, max: HOUR_MS }),
    replayWindowMs: reader.milliseconds('REPLAY_WINDOW_MS', HOUR_MS),
  });
}
