import path from 'node:path';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { claimPort } from '../tcp-ports/port-claim.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { POSTGRES_DATABASE, POSTGRES_PASSWORD, POSTGRES_USER, PostgresCluster } from './postgres-cluster.ts';
import { postgresNotReady } from './postgres-handshake.ts';

/** A real Postgres of the mesh's own, with its data in `<dataDir>/postgres`. */
export class EmbeddedPostgres extends SupervisedProcess {
  readonly url: string;

  constructor({ dataDir, port }: { dataDir: string; port: number }) {
    super({
      name: 'postgres',
      logDir: path.join(dataDir, 'logs'),
      ports: [claimPort('postgres', port)],
      prepare: async () => {
        const cluster = new PostgresCluster(path.join(dataDir, 'postgres'), await postgresBinaries());
        await cluster.create();
        await cluster.removeStaleLock();
        return cluster.serverCommand(port);
      },
      notReady: () => postgresNotReady(port, POSTGRES_USER, POSTGRES_DATABASE),
      // Fast shutdown: sessions are ended, not waited for.
      stopSignal: 'SIGINT',
    });
    this.url = `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;
  }
}
