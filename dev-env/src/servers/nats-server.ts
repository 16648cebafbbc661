import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { claimPort } from '../tcp-ports/port-claim.ts';
import { moveNatsConf } from './nats-conf.ts';
import { readNatsInfo } from './nats-info.ts';
import { type NatsPasswords, type NatsUser, passwordOf, passwordVariables } from './nats-users.ts';
import { serverBinary } from './server-binary.ts';

const CONF = path.join(PROJECT_DIR, 'docker/nats.conf');

interface NatsServerOptions {
  dataDir: string;
  port: number;
  monitorPort: number;
  /** Those that aren't the user's name. */
  passwords?: NatsPasswords;
}

/** A nats-server of the mesh's own, with its streams in `<dataDir>/nats`. */
export class NatsServer extends SupervisedProcess {
  /** For the operator, who may do everything. */
  readonly url: string;
  readonly monitorUrl: string;
  readonly #host: string;
  readonly #passwords: NatsPasswords;

  constructor({ dataDir, port, monitorPort, passwords = {} }: NatsServerOptions) {
    super({
      name: 'nats',
      logDir: path.join(dataDir, 'logs'),
      ports: [claimPort('nats', port), claimPort('natsMonitor', monitorPort)],
      prepare: async () => {
        const storeDir = path.join(dataDir, 'nats');
        const confFile = path.join(dataDir, 'nats.conf');
        await mkdir(storeDir, { recursive: true });
        await writeFile(confFile, moveNatsConf(await readFile(CONF, 'utf8'), { port, monitorPort, storeDir }));
        const env = { ...process.env, ...passwordVariables(passwords) };
        return { file: serverBinary('nats-server'), args: ['--config', confFile], env };
      },
      notReady: () => natsNotReady(port),
      stopSignal: 'SIGTERM',
    });
    this.#host = `127.0.0.1:${port}`;
    this.#passwords = passwords;
    this.url = this.urlOf('operator');
    this.monitorUrl = `http://127.0.0.1:${monitorPort}`;
  }

  urlOf(user: NatsUser): string {
    return `nats://${user}:${passwordOf(user, this.#passwords)}@${this.#host}`;
  }
}

async function natsNotReady(port: number): Promise<string | undefined> {
  try {
    const { jetstream } = await readNatsInfo('127.0.0.1', port);
    return jetstream ? undefined : 'JetStream is not up';
  } catch (error) {
    return (error as Error).message;
  }
}
