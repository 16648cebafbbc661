export { runService } from './run-service.ts';
export { readRunnerConfig } from './runner-config.ts';
export type { RunnerConfig, ServiceContext } from './service-context.ts';
