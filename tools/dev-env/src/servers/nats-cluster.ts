import path from 'node:path';
import { DevEnvError } from '../dev-env-error.ts';
import { startTogether } from '../processes/start-together.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { NatsServer } from './nats-server.ts';
import type { NatsUser } from './nats-users.ts';

const SIZE = 3;
const PORTS_A_SERVER = 3;

/** Three nats-servers on free ports as one cluster, each with its data in `<dataDir>/<name>`. */
export class NatsCluster {
  readonly servers: readonly NatsServer[];

  static async create(dataDir: string): Promise<NatsCluster> {
    return new NatsCluster(dataDir, await pickFreePorts(SIZE * PORTS_A_SERVER));
  }

  private constructor(dataDir: string, ports: readonly number[]) {
    const routePorts = ports.slice(0, SIZE);
    const monitorPorts = ports.slice(SIZE, 2 * SIZE);
    this.servers = routePorts.map((routePort, index) => {
      const name = `nats-${index + 1}`;
      const port = ports[2 * SIZE + index] as number;
      const monitorPort = monitorPorts[index] as number;
      return new NatsServer({
        dataDir: path.join(dataDir, name),
        port,
        monitorPort,
        member: { name, routePort, routePorts, monitorPorts },
      });
    });
  }

  /** All servers, comma-separated. */
  urlOf(user: NatsUser): string {
    return this.servers.map(server => server.urlOf(user)).join();
  }

  /** @throws DevEnvError if there is none of this name */
  server(name: string): NatsServer {
    const found = this.servers.find(server => server.name === name);
    if (found === undefined) throw new DevEnvError(`This cluster has no server ${name}.`);
    return found;
  }

  /** Resolves once all know a leader. */
  start(): Promise<void> {
    return startTogether(this.servers, {});
  }

  /** Ends frozen ones too. */
  async stop(): Promise<void> {
    for (const server of this.servers) server.kill('SIGCONT');
    await Promise.all(this.servers.map(server => server.stop()));
  }
}
