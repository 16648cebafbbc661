import path from 'node:path';
import { DataDir } from './data-dir.ts';
import { DevEnvError } from './dev-env-error.ts';
import { accessVariables, type MeshAccess, openMeshAccess, registrationVariables } from './mesh-access.ts';
import type { MeshOptions } from './mesh-options.ts';
import { startTogether } from './processes/start-together.ts';
import type { ProcessExit, SupervisedProcess } from './processes/supervised-process.ts';
import { EmbeddedPostgres } from './servers/embedded-postgres.ts';
import { ensureFitNats } from './servers/external-nats.ts';
import { NatsServer } from './servers/nats-server.ts';
import { NATS_USERS, type NatsUser, OPERATOR } from './servers/nats-users.ts';
import { NginxServer } from './servers/nginx-server.ts';
import { SERVICE_NAMES, SERVICES, type ServiceName } from './services/declared-services.ts';
import {
  addressVariables,
  type MeshAddresses,
  type NatsUrls,
  tuningVariables,
} from './services/service-environment.ts';
import { grpcTarget, placeServices, type ServicePlace } from './services/service-places.ts';
import { ServiceProcess } from './services/service-process.ts';
import { stopOrder } from './services/stop-order.ts';
import { pickFreePorts } from './tcp-ports/free-ports.ts';
import { defaultPorts, LISTENERS, type MeshPorts, meshPorts } from './tcp-ports/mesh-ports.ts';
import { ensurePortsFree } from './tcp-ports/taken-ports.ts';

// In total less than the 5 s in which a mesh has to end.
const SERVICES_STOP_MS = 3000;
const LAST_GRACE_MS = 300;
const SERVERS_STOP_MS = 1200;

/**
 * All of Vigie on this machine: Postgres, nats-server, nginx and the services, each a process that can be killed or
 * frozen alone.
 */
export class Mesh implements AsyncDisposable {
  /** Absent if the options name another server. */
  readonly postgres: EmbeddedPostgres | undefined;
  readonly nats: NatsServer | undefined;
  readonly nginx: NginxServer;
  readonly services: readonly ServiceProcess[];
  readonly ports: MeshPorts;
  readonly addresses: MeshAddresses;
  readonly dataDir: string;
  readonly access: MeshAccess;
  readonly #data: DataDir;

  /** Boots a mesh. Resolves once every part is ready. If a part fails, no process is left running. */
  static async boot(options: MeshOptions = {}): Promise<Mesh> {
    const ports = await choosePorts(options);
    const places = await placeServices(ports, options.replicas);
    const data = await (options.dataDir === undefined ? DataDir.temporary() : DataDir.open(options.dataDir));
    const access = await openMeshAccess(data.path);
    const mesh = new Mesh(options, data, access, ports, places);
    try {
      await mesh.#start(options);
      return mesh;
    } catch (error) {
      await mesh.kill();
      throw error;
    }
  }

  private constructor(
    options: MeshOptions,
    data: DataDir,
    access: MeshAccess,
    ports: MeshPorts,
    places: ServicePlace[],
  ) {
    const dataDir = data.path;
    this.access = access;
    this.#data = data;
    this.dataDir = dataDir;
    this.ports = ports;
    if (options.databaseUrl === undefined) {
      this.postgres = new EmbeddedPostgres({ dataDir: options.postgresDir ?? dataDir, port: ports.postgres });
    }
    if (options.natsUrl === undefined) {
      this.nats = new NatsServer({ dataDir, port: ports.nats, monitorPort: ports.natsMonitor });
    }
    const root = options.videosRoot === undefined ? {} : { root: options.videosRoot };
    this.nginx = new NginxServer({ dataDir, port: ports.nginx, ...root });
    this.addresses = {
      natsUrls: natsUrls(options.natsUrl ?? (user => (this.nats as NatsServer).urlOf(user))),
      databaseUrl: options.databaseUrl ?? (this.postgres as EmbeddedPostgres).url,
      rowsDatabaseUrls: rowsDatabaseUrls(
        service => options.databaseUrl ?? (this.postgres as EmbeddedPostgres).urlOf(service),
      ),
      videoOrigin: this.nginx.url,
      services: Object.fromEntries(SERVICE_NAMES.map(name => [name, grpcTarget(places, name)])),
    };
    this.services = places.map(place => this.#createService(place, options));
  }

  get servers(): SupervisedProcess[] {
    return [this.postgres, this.nats, this.nginx].filter(server => server !== undefined);
  }

  get processes(): SupervisedProcess[] {
    return [...this.servers, ...this.services];
  }

  /** The public address. */
  get url(): string {
    const { scheme, address } = this.service('gateway');
    return `${scheme}://${address}`;
  }

  /** @throws DevEnvError if the mesh was booted without it */
  service(name: ServiceName, replica = 1): ServiceProcess {
    const found = this.services.find(service => service.service === name && service.replica === replica);
    if (found === undefined) throw new DevEnvError(`This mesh has no ${name} number ${replica}.`);
    return found;
  }

  /** The listener is called when a process ends that was not stopped or killed through this mesh. */
  onUnexpectedExit(listener: (process: SupervisedProcess, exit: ProcessExit) => void): void {
    for (const process of this.processes) process.onUnexpectedExit = exit => listener(process, exit);
  }

  /** Stops everything within 5 s, a service before those that it calls. */
  async stop(): Promise<void> {
    const deadline = performance.now() + SERVICES_STOP_MS;
    for (const group of stopOrder(SERVICES)) {
      const graceMs = Math.max(LAST_GRACE_MS, deadline - performance.now());
      const members = this.services.filter(({ service }) => group.includes(service));
      await Promise.all(members.map(service => service.stop(graceMs)));
    }
    await Promise.all(this.servers.map(server => server.stop(SERVERS_STOP_MS)));
    await this.#data[Symbol.asyncDispose]();
  }

  /** Kills everything at once, as a power cut does. */
  async kill(): Promise<void> {
    for (const process of this.processes) process.kill('SIGKILL');
    await Promise.all(this.processes.map(process => process.waitUntilExited()));
    await this.#data[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** As links of mails have it. */
  #publicUrl({ env = {} }: MeshOptions): string {
    const scheme = (env.TLS_CERT_FILE ?? process.env.TLS_CERT_FILE) ? 'https' : 'http';
    return `${scheme}://localhost:${this.ports.services.gateway?.port}`;
  }

  async #start(options: MeshOptions): Promise<void> {
    if (options.natsUrl !== undefined) await ensureFitNats(this.addresses.natsUrls.operator);
    await ensurePortsFree(this.processes.flatMap(process => process.ports));
    await startTogether(this.servers, options);
    await startTogether(this.services, options);
  }

  #createService(place: ServicePlace, options: MeshOptions): ServiceProcess {
    const { declaration, replica } = place;
    const service = declaration.name;
    const { readdress = (_, variables) => variables } = options;
    const env = {
      ...(service === 'access-svc' && registrationVariables(this.dataDir, this.#publicUrl(options))),
      ...tuningVariables(),
      // Not from the shell either: tests have to know who may call.
      ...accessVariables(this.access, service),
      ...options.env,
      ...readdress(service, addressVariables(declaration, this.addresses)),
      ...options.serviceEnv?.[service],
      ...options.replicaEnv?.(service, replica),
    };
    const { serviceMain, startTimeoutMs } = options;
    const logDir = path.join(this.dataDir, 'logs');
    return new ServiceProcess({ ...place, logDir, env, startTimeoutMs, main: serviceMain?.(service) });
  }
}

function natsUrls(of: string | ((user: NatsUser) => string)): NatsUrls {
  const urlOf = typeof of === 'string' ? () => of : of;
  return { ...Object.fromEntries(NATS_USERS.map(user => [user, urlOf(user)])), operator: urlOf(OPERATOR) };
}

function rowsDatabaseUrls(urlOf: (service: ServiceName) => string): MeshAddresses['rowsDatabaseUrls'] {
  return Object.fromEntries(SERVICE_NAMES.map(name => [name, urlOf(name)]));
}

async function choosePorts({ ports }: MeshOptions): Promise<MeshPorts> {
  if (ports !== 'free') return ports ?? defaultPorts();
  const picked = await pickFreePorts(LISTENERS.length);
  return meshPorts(() => picked.pop() as number);
}
