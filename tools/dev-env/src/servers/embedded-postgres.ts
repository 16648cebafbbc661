import path from 'node:path';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { SERVER_LISTENERS } from '../tcp-ports/mesh-ports.ts';
import { claimPort } from '../tcp-ports/port-claim.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { POSTGRES_DATABASE, POSTGRES_PASSWORD, POSTGRES_USER, PostgresCluster } from './postgres-cluster.ts';
import { postgresNotReady } from './postgres-handshake.ts';
import { createRoles, postgresRole, READ_ROLE } from './postgres-roles.ts';

/** A real Postgres of the mesh's own, with its data in `<dataDir>/postgres`. */
export class EmbeddedPostgres extends SupervisedProcess {
  /** As the owner of the schema, who may do everything. */
  readonly url: string;
  /** As the role for people, which only reads. */
  readonly readUrl: string;
  readonly #address: string;

  constructor({ dataDir, port }: { dataDir: string; port: number }) {
    const address = `127.0.0.1:${port}/${POSTGRES_DATABASE}`;
    const url = `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@${address}`;
    super({
      name: 'postgres',
      logDir: path.join(dataDir, 'logs'),
      ports: [claimPort(SERVER_LISTENERS.postgres, port)],
      prepare: async () => {
        const cluster = new PostgresCluster(path.join(dataDir, 'postgres'), await postgresBinaries());
        await cluster.create();
        await cluster.removeStaleLock();
        return cluster.serverCommand(port);
      },
      notReady: async () => (await postgresNotReady(port, POSTGRES_USER, POSTGRES_DATABASE)) ?? createRoles(url),
      // Fast shutdown: sessions are ended, not waited for.
      stopSignal: 'SIGINT',
    });
    this.url = url;
    this.readUrl = `postgresql://${READ_ROLE}:${READ_ROLE}@${address}`;
    this.#address = address;
  }

  /** As the role of a service, which reads and writes its rows. */
  urlOf(service: string): string {
    const role = postgresRole(service);
    return `postgresql://${role}:${role}@${this.#address}`;
  }
}
