import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { claimPort } from '../tcp-ports/port-claim.ts';
import { natsConf } from './nats-conf.ts';
import { readNatsInfo } from './nats-info.ts';
import { serverBinary } from './server-binary.ts';

const MAX_FILE_STORE_BYTES = 10 * 1024 ** 3;

interface NatsServerOptions {
  dataDir: string;
  port: number;
  monitorPort: number;
  maxFileStoreBytes?: number;
}

/** A nats-server of the mesh's own, with its streams in `<dataDir>/nats`. */
export class NatsServer extends SupervisedProcess {
  readonly url: string;
  readonly monitorUrl: string;

  constructor({ dataDir, port, monitorPort, maxFileStoreBytes = MAX_FILE_STORE_BYTES }: NatsServerOptions) {
    super({
      name: 'nats',
      logDir: path.join(dataDir, 'logs'),
      ports: [claimPort('nats', port), claimPort('natsMonitor', monitorPort)],
      prepare: async () => {
        const storeDir = path.join(dataDir, 'nats');
        const confFile = path.join(dataDir, 'nats.conf');
        await mkdir(storeDir, { recursive: true });
        await writeFile(confFile, natsConf({ port, monitorPort, storeDir, maxFileStoreBytes }));
        return { file: serverBinary('nats-server'), args: ['--config', confFile], env: process.env };
      },
      notReady: () => natsNotReady(port),
      stopSignal: 'SIGTERM',
    });
    this.url = `nats://127.0.0.1:${port}`;
    this.monitorUrl = `http://127.0.0.1:${monitorPort}`;
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
