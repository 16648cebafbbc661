import { EnvReader } from '@vigie/mesh/env/env-reader.ts';
import { type JetStreamConfig, readJetStreamConfig } from '@vigie/mesh/jetstream/jetstream-config.ts';
import { readRunnerConfig } from '@vigie/mesh/lifecycle/runner-config.ts';
import type { RunnerConfig } from '@vigie/mesh/lifecycle/service-context.ts';

export interface Config extends RunnerConfig, JetStreamConfig {
  readonly port: number;
}

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, { healthPort: 9051 }),
    ...readJetStreamConfig(reader),
    port: reader.port('PORT', 50051),
  });
}
