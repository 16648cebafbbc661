import path from 'node:path';
import { MACHINE_DIR, PROJECT_DIR } from '../../setup/project.mjs';
import { DevEnvError } from '../dev-env-error.ts';
import { httpNotComplete } from '../processes/http-readiness.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { serviceListeners } from '../tcp-ports/mesh-ports.ts';
import { claimPort, type PortClaim } from '../tcp-ports/port-claim.ts';
import type { ServiceName } from './declared-services.ts';
import { bundleService } from './service-bundle.ts';
import type { ServicePlace } from './service-places.ts';

const HOST = '127.0.0.1';

/**
 * Keeps a service near 200 MB. Without limits V8 uses several times the memory that a service needs before it collects
 * garbage. With less old space it is near its cliff: with 32 MiB of semi-space, an alert costs more than twice the CPU
 * at 96 MiB than at 256. The images set the same limits (docker/Dockerfile).
 */
const MEMORY_FLAGS = ['--max-semi-space-size=16', '--max-old-space-size=256'];

/** Stack traces name lines of the source, not of the bundle. */
const FLAGS = [...MEMORY_FLAGS, '--enable-source-maps'];

/** Otherwise glibc keeps an arena of freed memory for each thread. */
const MEMORY_ENV = { MALLOC_ARENA_MAX: '2' };

/** With the compiled code in a cache, a service starts sooner and does not load the code that strips types. */
const COMPILE_CACHE = path.join(MACHINE_DIR, 'compile-cache');

export interface ServiceOptions extends ServicePlace {
  logDir: string;
  env: NodeJS.ProcessEnv;
  /** The file to run instead of the bundle of the service's `src/main.ts`. */
  main?: string | undefined;
  startTimeoutMs?: number | undefined;
}

/** A service of the mesh, or one of its replicas, as a process of its own. */
export class ServiceProcess extends SupervisedProcess {
  readonly service: ServiceName;
  readonly replica: number;
  /** Of its gRPC server, or of the gateway's public HTTP server; undefined if nobody calls it. */
  readonly port: number | undefined;
  /** Of the gateway's URL. */
  readonly scheme: 'http' | 'https';
  /** Serves `/healthz`, `/readyz` and `/metrics`. */
  readonly healthUrl: string;

  constructor(options: ServiceOptions) {
    const { declaration, replica, port, healthPort, logDir, env, startTimeoutMs } = options;
    const service = declaration.name;
    const healthUrl = `http://${HOST}:${healthPort}`;
    super({
      name: replica === 1 ? service : `${service}-${replica}`,
      logDir,
      ports: claimPorts(options),
      prepare: async () => ({
        file: process.execPath,
        args: [...FLAGS, options.main ?? (await bundleService(service))],
        env: {
          NODE_COMPILE_CACHE: COMPILE_CACHE,
          ...MEMORY_ENV,
          ...env,
          HOST,
          ...(port === undefined ? {} : { PORT: String(port) }),
          HEALTH_PORT: String(healthPort),
        },
        cwd: PROJECT_DIR,
      }),
      notReady: () => httpNotComplete(`${healthUrl}/readyz`),
      stopSignal: 'SIGTERM',
      ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    });
    this.service = service;
    this.replica = replica;
    this.port = port;
    this.scheme = env.TLS_CERT_FILE ? 'https' : 'http';
    this.healthUrl = healthUrl;
  }

  /** `host:port`. @throws DevEnvError if nobody calls it */
  get address(): string {
    if (this.port === undefined) throw new DevEnvError(`${this.name} has no address, as nobody calls it.`);
    return `${HOST}:${this.port}`;
  }
}

function claimPorts({ declaration, replica, port, healthPort }: ServiceOptions): PortClaim[] {
  const { main, health } = serviceListeners(declaration);
  const owner = `${declaration.name}-${replica}`;
  const claimed = [replica === 1 ? claimPort(health, healthPort) : { port: healthPort, owner: `${owner} (health)` }];
  if (main !== undefined && port !== undefined) {
    claimed.unshift(replica === 1 ? claimPort(main, port) : { port, owner });
  }
  return claimed;
}
