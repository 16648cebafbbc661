import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { declareNatsUsers } from '../declared/nats-users-block.ts';
import { httpNotReady } from '../processes/http-readiness.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { SERVICES } from '../services/declared-services.ts';
import { SERVER_LISTENERS } from '../tcp-ports/mesh-ports.ts';
import { claimPort, type PortClaim } from '../tcp-ports/port-claim.ts';
import { HeardByLeader, OneWayServerError } from './heard-by-leader.ts';
import { moveNatsClusterConf, moveNatsConf } from './nats-conf.ts';
import { readNatsInfo } from './nats-info.ts';
import { type NatsPasswords, type NatsUser, OPERATOR, passwordOf, passwordVariables } from './nats-users.ts';
import { serverBinary } from './server-binary.ts';

interface NatsServerOptions {
  dataDir: string;
  port: number;
  monitorPort: number;
  /** The passwords that differ from the user's name. */
  passwords?: NatsPasswords;
  /** If it is a member of a cluster. */
  member?: NatsMember;
  /** If clients have to use TLS. */
  tls?: { readonly certFile: string; readonly keyFile: string };
}

/** What is different for each server of a cluster. */
export interface NatsMember {
  readonly name: string;
  readonly routePort: number;
  /** Of all members, as `host:port`. */
  readonly routes: readonly string[];
  /** Of all members. */
  readonly monitorUrls: readonly string[];
  /** If it is not on this machine's loopback. */
  readonly network?: MemberNetwork;
}

/** A network namespace that a server runs in. */
export interface MemberNetwork {
  /** The server's address there, which this process reaches. */
  readonly host: string;
  /** The file of the namespace. */
  readonly namespace: string;
}

const LOOPBACK = { host: '127.0.0.1', namespace: undefined };
const ROUTE_PASSWORD = 'route';
/** Each refusal is a line in the server's log. */
const MEMBER_POLL_MS = 200;
/** A server that starts mute or deaf more often in a row has another problem. */
export const MOST_STARTS = 3;

/** A nats-server of the mesh's own, with its streams in `<dataDir>/nats`. */
export class NatsServer extends SupervisedProcess {
  /** For the operator, who may do everything. */
  readonly url: string;
  readonly monitorUrl: string;
  /** `host:port`, for clients. */
  readonly address: string;
  readonly storeDir: string;
  readonly #passwords: NatsPasswords;
  readonly #heard: HeardByLeader | undefined;

  constructor(options: NatsServerOptions) {
    const { dataDir, port, monitorPort, passwords = {}, member, tls } = options;
    const { host, namespace } = member?.network ?? LOOPBACK;
    const monitorUrl = `http://${host}:${monitorPort}`;
    const storeDir = path.join(dataDir, 'nats');
    const heard = member && new HeardByLeader({ ...member, monitorUrl });
    super({
      name: member?.name ?? 'nats',
      logDir: path.join(dataDir, 'logs'),
      ports: claimPorts(options),
      prepare: async () => {
        await mkdir(storeDir, { recursive: true });
        const declared = declareNatsUsers(await readConf('nats.conf'), SERVICES);
        const conf = moveNatsConf(declared, { host, port, monitorPort, storeDir });
        let confFile = path.join(dataDir, 'nats.conf');
        await writeFile(confFile, tls === undefined ? conf : conf + tlsBlock(tls));
        if (member !== undefined) {
          confFile = path.join(dataDir, 'nats-cluster.conf');
          const { routePort } = member;
          await writeFile(confFile, moveNatsClusterConf(await readConf('nats-cluster.conf'), { host, routePort }));
        }
        const env = { ...process.env, ...passwordVariables(passwords), ...(member ? memberVariables(member) : {}) };
        const args = ['--config', confFile];
        return { file: serverBinary('nats-server'), args, env, networkNamespace: namespace };
      },
      // One of a cluster answers long before it takes part in it.
      notReady: () => (heard === undefined ? natsNotReady(port) : memberNotReady(monitorUrl, heard)),
      stopSignal: 'SIGTERM',
      ...(member === undefined ? {} : { pollMs: MEMBER_POLL_MS }),
    });
    this.#heard = heard;
    this.address = `${host}:${port}`;
    this.#passwords = passwords;
    this.url = this.urlOf(OPERATOR);
    this.monitorUrl = monitorUrl;
    this.storeDir = storeDir;
  }

  /** Starts one of a cluster again that has started mute or deaf, as whoever operates a cluster has to. */
  override async start(signal?: AbortSignal): Promise<void> {
    for (let starts = 1; ; starts++) {
      this.#heard?.reset();
      try {
        return await super.start(signal);
      } catch (error) {
        if (!(error instanceof OneWayServerError) || starts === MOST_STARTS) throw error;
        await this.stop();
      }
    }
  }

  urlOf(user: NatsUser): string {
    return `nats://${user}:${passwordOf(user, this.#passwords)}@${this.address}`;
  }
}

function tlsBlock({ certFile, keyFile }: NonNullable<NatsServerOptions['tls']>): string {
  return `\ntls { cert_file: ${JSON.stringify(certFile)}, key_file: ${JSON.stringify(keyFile)} }\n`;
}

function claimPorts({ port, monitorPort, member }: NatsServerOptions): PortClaim[] {
  if (member === undefined)
    return [claimPort(SERVER_LISTENERS.nats, port), claimPort(SERVER_LISTENERS.natsMonitor, monitorPort)];
  const { name, routePort } = member;
  return [
    { port, owner: name },
    { port: monitorPort, owner: `${name} (monitoring)` },
    { port: routePort, owner: `${name} (routes)` },
  ];
}

function readConf(name: string): Promise<string> {
  return readFile(path.join(PROJECT_DIR, 'docker', name), 'utf8');
}

/** What docker/nats-cluster.conf asks of its server's environment. */
function memberVariables({ name, routes }: NatsMember): NodeJS.ProcessEnv {
  return {
    NATS_SERVER_NAME: name,
    NATS_ROUTE_PASSWORD: ROUTE_PASSWORD,
    NATS_ROUTES: JSON.stringify(routes.map(route => `nats://route:${ROUTE_PASSWORD}@${route}`)),
  };
}

async function memberNotReady(monitorUrl: string, heard: HeardByLeader): Promise<string | undefined> {
  const [unhealthy, unheard] = await Promise.all([httpNotReady(`${monitorUrl}/healthz`), heard.notHeard()]);
  return unhealthy ?? unheard;
}

async function natsNotReady(port: number): Promise<string | undefined> {
  try {
    const { jetstream } = await readNatsInfo('127.0.0.1', port);
    return jetstream ? undefined : 'JetStream is not up';
  } catch (error) {
    return (error as Error).message;
  }
}
