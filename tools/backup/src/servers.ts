import { connect as connectTcp } from 'node:net';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Mesh } from '@vigie/dev-env';
import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { readStartConfig } from '@vigie/dev-env/start';
import { EnvReader } from '@vigie/service-kit/env';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { BackupError } from './backup-error.ts';
import type { Say } from './wording.ts';

export interface Servers {
  readonly postgresUrl: string;
  readonly connection: NatsConnection;
}

const CONNECT_MS = 2_000;
const POSTGRES = ['postgresql', 'postgres'];

/**
 * The servers that the environment names; without names those of `npm start`, started until `teardown` is disposed of
 * if they don't run.
 *
 * @throws InvalidEnvironmentError, BackupError
 */
export async function openServers(env: NodeJS.ProcessEnv, teardown: AsyncDisposableStack, say: Say): Promise<Servers> {
  const { ports, dataDir } = readStartConfig(env);
  const reader = new EnvReader(env);
  const ofStart = `postgresql://vigie:vigie@127.0.0.1:${ports.postgres}/vigie`;
  const databaseUrl = reader.url('DATABASE_URL', POSTGRES, ofStart);
  const { postgresUrl, natsUrl } = reader.finish({
    postgresUrl: reader.url('DATABASE_MIGRATION_URL', POSTGRES, databaseUrl),
    natsUrl: reader.checked('NATS_URL', readNatsUrl, `nats://operator:operator@127.0.0.1:${ports.nats}`),
  });
  const isNamed = [env.DATABASE_URL, env.DATABASE_MIGRATION_URL, env.NATS_URL].some(value => value?.trim());
  if (!isNamed && !(await isListening(ports.postgres)) && !(await isListening(ports.nats))) {
    say(`starting Postgres and nats-server on ${dataDir}`);
    const replicas = Object.fromEntries(SERVICE_NAMES.map(name => [name, 0]));
    teardown.use(await Mesh.boot({ ports, dataDir, replicas }));
  }
  const access = readNatsUrl(natsUrl);
  const connection = await connect({ ...access, maxReconnectAttempts: 0 }).catch(cause => {
    throw new BackupError(`Can't connect to NATS at ${access.servers.join(', ')}: ${cause.message}`, { cause });
  });
  teardown.defer(() => connection.close());
  return { postgresUrl, connection };
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connectTcp({ port, host: '127.0.0.1', timeout: CONNECT_MS });
    const settle = (is: boolean) => resolve(is) ?? socket.destroy();
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
