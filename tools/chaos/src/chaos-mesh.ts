import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { Mesh } from '@vigie/dev-env';
import type { SupervisedProcess } from '@vigie/dev-env/processes';
import { connectPatiently } from '@vigie/dev-env/servers';
import { SERVICES, serviceSource } from '@vigie/dev-env/services';
import { type ChaosVideos, readChaosVideos } from './chaos-videos.ts';
import { ClockFiles, MOVABLE_CLOCK } from './clock/clock-files.ts';
import { bootChaosCluster, type ChaosCluster } from './cluster/chaos-cluster.ts';
import { Links } from './links.ts';
import { LyingVideoProxy } from './lying-video-proxy.ts';
import { Reviver } from './reviver.ts';
import { type Sabotage, sabotageModule } from './sabotage/sabotages.ts';
import { SmallDisk } from './small-disk.ts';

/** Short, so that a duplicate after it is new to the streams. The table must recognise it all the same. */
export const DUPLICATE_WINDOW_MS = 15_000;

/** Retries that take an hour in production take a minute, still longer than any fault of the video server. */
const FAST_SETTINGS = {
  LOG_LEVEL: 'info',
  // A machine that is busy for so long would take a video for one that hangs the decoder.
  PROBE_TIMEOUT_MS: '10000',
  VIDEO_READ_TIMEOUT_MS: '2000',
  VIDEO_UPLOAD_GRACE_MS: '10000',
  RETRY_BASE_MS: '250',
  RETRY_MAX_MS: '3000',
  RETRY_MAX_ATTEMPTS: '20',
  DUPLICATE_WINDOW_MS: String(DUPLICATE_WINDOW_MS),
  // The same videos are sent for two tenants.
  TENANT_VIDEO_PATH: '/',
};

/** Once the streams have forgotten the ids of what was lost, in seconds instead of minutes. */
const CLUSTER_SETTINGS = { STREAM_REPLICAS: '3', SWEEP_AFTER_MS: '20000', SWEEP_INTERVAL_MS: '2000' };
/** How long the sweep may take to find all that was lost. */
const SWEPT_WITHIN_MS = 60_000;

const REPLICAS = Object.fromEntries(SERVICES.map(({ name, replicas }) => [name, replicas === 'one' ? 1 : 2]));

/** A mesh with two replicas of each service that allows several; every link of it can be broken. */
export interface ChaosMesh {
  readonly mesh: Mesh;
  readonly links: Links;
  readonly videoProxy: LyingVideoProxy;
  readonly videos: ChaosVideos;
  /** Undefined if this process may not mount. */
  readonly disk: SmallDisk | undefined;
  readonly clocks: ClockFiles;
  /** Undefined if there is one nats-server. */
  readonly cluster: ChaosCluster | undefined;
  readonly processes: readonly SupervisedProcess[];
  /** How long after it is idle the mesh may take to find and do again what was lost. */
  readonly sweptWithinMs: number;
  /** Has all rights on NATS. */
  readonly operator: NatsConnection;
  readonly reviver: Reviver;
  readonly logDir: string;
  /** Keeps data and logs when the mesh ends. */
  keepData(): void;
}

export interface ChaosMeshOptions {
  readonly sabotage: Sabotage | undefined;
  /** On three nats-servers. */
  readonly cluster: boolean;
  readonly signal: AbortSignal;
  readonly teardown: AsyncDisposableStack;
}

export async function bootChaosMesh(options: ChaosMeshOptions): Promise<ChaosMesh> {
  const { sabotage, signal, teardown } = options;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vigie-chaos-'));
  let keepsData = false;
  teardown.defer(async () => {
    if (!keepsData) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });
  const videos = await readChaosVideos();
  const links = teardown.use(await Links.open());
  const videoProxy = teardown.use(await LyingVideoProxy.start(videos.unreachable.path));
  const disk = await SmallDisk.mount(path.join(dataDir, 'disk'));
  if (disk !== undefined) teardown.use(disk);
  const clocks = await ClockFiles.open(path.join(dataDir, 'clocks'));
  const cluster = options.cluster ? await bootChaosCluster(path.join(dataDir, 'cluster'), teardown) : undefined;
  const mesh = await Mesh.boot({
    dataDir,
    natsUrl: cluster?.urlOf,
    ...(disk === undefined ? {} : { postgresDir: disk.dir }),
    ports: 'free',
    replicas: REPLICAS,
    // A bundle has its own copies of the modules that a sabotage changes.
    ...(sabotage && { serviceMain: serviceSource }),
    env: {
      ...FAST_SETTINGS,
      ...(cluster && CLUSTER_SETTINGS),
      NODE_OPTIONS: importing(MOVABLE_CLOCK, ...(sabotage ? [sabotageModule(sabotage)] : [])),
    },
    replicaEnv: (service, replica) => clocks.environment(service, replica),
    readdress: (service, addresses) => {
      const led = links.readdress(service, addresses);
      return led.VIDEO_ORIGIN === undefined ? led : { ...led, VIDEO_ORIGIN: videoProxy.url };
    },
    signal,
  });
  teardown.defer(() => mesh.stop());
  videoProxy.origin = mesh.nginx.url;
  const end = new AbortController();
  teardown.defer(() => end.abort());
  const processes = [...mesh.processes, ...(cluster?.servers ?? [])];
  const reviver = new Reviver(processes, AbortSignal.any([signal, end.signal]));
  const operator = await connectPatiently(mesh.addresses.natsUrls.operator);
  teardown.defer(() => operator.close());
  const keepData = (): void => {
    keepsData = true;
  };
  return {
    mesh,
    links,
    videoProxy,
    videos,
    disk,
    clocks,
    cluster,
    processes,
    sweptWithinMs: cluster === undefined ? 0 : SWEPT_WITHIN_MS,
    operator,
    reviver,
    logDir: path.join(dataDir, 'logs'),
    keepData,
  };
}

/** The NODE_OPTIONS that make a process import modules before its own code. */
function importing(...files: readonly string[]): string {
  return files.map(file => `--import ${JSON.stringify(file)}`).join(' ');
}
