import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Mesh } from '@vigie/dev-env';
import { SERVICES } from '@vigie/dev-env/services';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { type ChaosVideos, readChaosVideos } from './chaos-videos.ts';
import { ClockFiles, MOVABLE_CLOCK } from './clock/clock-files.ts';
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
};

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
  /** Has all rights on NATS. */
  readonly operator: NatsConnection;
  readonly reviver: Reviver;
  readonly logDir: string;
  /** Keeps data and logs when the mesh ends. */
  keepData(): void;
}

export interface ChaosMeshOptions {
  readonly sabotage: Sabotage | undefined;
  readonly signal: AbortSignal;
  readonly teardown: AsyncDisposableStack;
}

export async function bootChaosMesh({ sabotage, signal, teardown }: ChaosMeshOptions): Promise<ChaosMesh> {
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
  const mesh = await Mesh.boot({
    dataDir,
    ...(disk === undefined ? {} : { postgresDir: disk.dir }),
    ports: 'free',
    replicas: REPLICAS,
    env: { ...FAST_SETTINGS, NODE_OPTIONS: importing(MOVABLE_CLOCK, ...(sabotage ? [sabotageModule(sabotage)] : [])) },
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
  const reviver = new Reviver(mesh, AbortSignal.any([signal, end.signal]));
  const access = readNatsUrl(mesh.nats?.url as string);
  const operator = await connect({ ...access, maxReconnectAttempts: -1, reconnectTimeWait: 250 });
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
