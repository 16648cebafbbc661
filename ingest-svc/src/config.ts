import type { TenantVideos } from '@vigie/access';
import { type AccessConfig, readAccessConfig, readTenantVideos } from '@vigie/access/wire';
import { type JetStreamConfig, readJetStreamConfig } from '@vigie/alert/streams';
import { EnvReader } from '@vigie/service-kit/env';
import { readGrpcServerLimits } from '@vigie/service-kit/grpc';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import type { ServerLimits } from '@vigie/service-kit/limits';
import { service } from './service.ts';

export interface Config extends RunnerConfig, JetStreamConfig, AccessConfig {
  /** Of access-svc. */
  readonly accessAddress: string;
  readonly serverLimits: ServerLimits;
  readonly port: number;
  /** Where it is asked which alerts are recorded already. */
  readonly storeAddress: string;
  readonly tenantVideos: TenantVideos;
}

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, service),
    ...readAccessConfig(reader),
    accessAddress: reader.address('ACCESS_ADDRESS', '127.0.0.1:50054'),
    serverLimits: readGrpcServerLimits(reader),
    ...readJetStreamConfig(reader),
    port: reader.port('PORT', service.port),
    storeAddress: reader.address('STORE_ADDRESS', '127.0.0.1:50053'),
    tenantVideos: readTenantVideos(reader),
  });
}
