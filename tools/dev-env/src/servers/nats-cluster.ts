import path from 'node:path';
import { DevEnvError } from '../dev-env-error.ts';
import { startTogether } from '../processes/start-together.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { findDeafServer } from './deaf-server.ts';
import { type MemberNetwork, MOST_STARTS, NatsServer } from './nats-server.ts';
import type { NatsUser } from './nats-users.ts';

/** The names of the servers. */
export const MEMBERS = ['nats-1', 'nats-2', 'nats-3'] as const;
const PORTS_A_SERVER = 3;

type NetworkOf = (member: string) => MemberNetwork | undefined;

/** Three nats-servers on free ports as one cluster, each with its data in `<dataDir>/<name>`. */
export class NatsCluster {
  readonly servers: readonly NatsServer[];

  /** @param networkOf the network of a server that is not to be on loopback */
  static async create(dataDir: string, networkOf: NetworkOf = () => undefined): Promise<NatsCluster> {
    return new NatsCluster(dataDir, await pickFreePorts(MEMBERS.length * PORTS_A_SERVER), networkOf);
  }

  private constructor(dataDir: string, ports: readonly number[], networkOf: NetworkOf) {
    const places = MEMBERS.map((name, index) => {
      const [port, monitorPort, routePort] = ports.slice(index * PORTS_A_SERVER) as [number, number, number];
      const network = networkOf(name);
      return { name, port, monitorPort, routePort, host: network?.host ?? '127.0.0.1', ...(network && { network }) };
    });
    const routes = places.map(({ host, routePort }) => `${host}:${routePort}`);
    const monitorUrls = places.map(({ host, monitorPort }) => `http://${host}:${monitorPort}`);
    this.servers = places.map(({ port, monitorPort, ...place }) => {
      const member = { ...place, routes, monitorUrls };
      return new NatsServer({ dataDir: path.join(dataDir, place.name), port, monitorPort, member });
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

  /** Resolves once all know a leader and hear each other. @throws DevEnvError */
  async start(): Promise<void> {
    for (let starts = 1; ; starts++) {
      await startTogether(this.servers, {});
      const found = await findDeafServer(this.servers);
      if (found === undefined) return;
      const { deaf, speaker } = found;
      if (starts === MOST_STARTS) throw new DevEnvError(`${deaf.name} does not hear ${speaker.name}.`);
      await deaf.stop();
    }
  }

  /** Ends frozen ones too. */
  async stop(): Promise<void> {
    for (const server of this.servers) server.kill('SIGCONT');
    await Promise.all(this.servers.map(server => server.stop()));
  }
}
