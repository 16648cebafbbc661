import path from 'node:path';
import { EnvReader } from '@vigie/service-kit/env';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { MACHINE_DIR } from '../../setup/project.mjs';
import { type MeshPorts, meshPorts } from '../tcp-ports/mesh-ports.ts';

export interface StartConfig {
  ports: MeshPorts;
  dataDir: string;
  natsUrl: string | undefined;
  databaseUrl: string | undefined;
  env: NodeJS.ProcessEnv;
}

/** The only reader of the environment of `npm start`. @throws InvalidEnvironmentError */
export function readStartConfig(env: NodeJS.ProcessEnv): Readonly<StartConfig> {
  const reader = new EnvReader(env);
  return reader.finish({
    ports: meshPorts(({ variable, byDefault }) => reader.integer(variable, byDefault, { min: 1, max: 65_535 })),
    dataDir: path.resolve(reader.string('VIGIE_DATA_DIR', path.join(MACHINE_DIR, 'data'))),
    natsUrl: reader.checked('NATS_URL', readNatsUrl, '') || undefined,
    databaseUrl: reader.url('DATABASE_URL', ['postgres', 'postgresql'], '') || undefined,
    // One curl works, and the clients of the replaced systems do; everything else needs a key.
    env: { ANONYMOUS_SCOPES: reader.string('ANONYMOUS_SCOPES', 'alerts:write,alerts:read') },
  });
}
