import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { OPEN_ACCESS } from '@vigie/access/testing';
import { ensureStreams, openIntake, type StreamName } from '@vigie/alert/streams';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { startScratchNats } from '@vigie/dev-env/testing';
import { LyingVideoServer } from '@vigie/media-source/testing';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { readNatsUrl, traceHeaders } from '@vigie/service-kit/nats';
import { Health } from '@vigie/service-kit/telemetry';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startProbe } from '../composition-root.ts';
import { readConfig } from '../config.ts';
import { eventually } from './eventually.ts';
import { FakeStoreService } from './fake-store-service.ts';
import { type GrpcEndpoint, startGrpcEndpoint } from './grpc-endpoint.ts';

export const STREAM_MAX_BYTES = 10_000_000;

/** One message of a stream. */
export interface StoredMessage {
  readonly subject: string;
  readonly payload: string;
  readonly header: (name: string) => string;
}

export interface RunningProbe extends AsyncDisposable {
  readonly metrics: Registry;
  readonly health: Health;
  readonly port: number;
}

/** probe-svc as composed, with a real nats-server, and a store and a video server that do as a test says. */
export class ProbeMesh implements AsyncDisposable {
  readonly videos: LyingVideoServer;
  readonly store = new FakeStoreService();
  readonly #natsUrl: string;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #owned: AsyncDisposableStack;
  readonly #storePort: number;
  #storeEndpoint: GrpcEndpoint | undefined;

  private constructor(parts: {
    videos: LyingVideoServer;
    natsUrl: string;
    connection: NatsConnection;
    manager: JetStreamManager;
    owned: AsyncDisposableStack;
    storePort: number;
  }) {
    this.videos = parts.videos;
    this.#natsUrl = parts.natsUrl;
    this.#connection = parts.connection;
    this.#manager = parts.manager;
    this.#owned = parts.owned;
    this.#storePort = parts.storePort;
  }

  static async start(): Promise<ProbeMesh> {
    await using stack = new AsyncDisposableStack();
    const nats = stack.use(await startScratchNats());
    const videos = stack.use(await LyingVideoServer.start());
    const connection = await connect({ ...readNatsUrl(nats.url) });
    stack.defer(() => connection.close());
    const manager = await jetstreamManager(connection);
    const [storePort] = (await pickFreePorts(1)) as [number];
    const owned = stack.move();
    const mesh = new ProbeMesh({ videos, natsUrl: nats.urlOf('probe-svc'), connection, manager, owned, storePort });
    await mesh.reset();
    return mesh;
  }

  /** Empty streams, no consumer, a store that accepts everything. */
  async reset(): Promise<void> {
    for (const { config } of await this.#manager.streams.list().next()) await this.#manager.streams.delete(config.name);
    // On a slow disk nats-server may still be removing a stream of that name.
    await eventually(() => ensureStreams(this.#manager, { maxBytes: STREAM_MAX_BYTES, replicas: 1 }));
    await openIntake(this.#manager, 'spec');
    this.store.batches.length = 0;
    this.store.judge = () => 1;
    this.videos.requests.length = 0;
    await this.startStore();
  }

  async startStore(): Promise<void> {
    this.#storeEndpoint ??= await startGrpcEndpoint(
      [AlertService, OutcomeService],
      server => this.store.addTo(server),
      {
        port: this.#storePort,
      },
    );
  }

  async stopStore(): Promise<void> {
    await this.#storeEndpoint?.[Symbol.asyncDispose]();
    this.#storeEndpoint = undefined;
  }

  /** What a probe-svc needs to find its neighbours. */
  environment(port: number): NodeJS.ProcessEnv {
    return {
      ...OPEN_ACCESS,
      HOST: '127.0.0.1',
      PORT: String(port),
      NATS_URL: this.#natsUrl,
      STORE_ADDRESS: `127.0.0.1:${this.#storePort}`,
      VIDEO_ORIGIN: this.videos.url,
      RETRY_BASE_MS: '20',
      SHUTDOWN_GRACE_MS: '300',
      STREAM_MAX_BYTES: String(STREAM_MAX_BYTES),
    };
  }

  async startProbe(env: NodeJS.ProcessEnv = {}): Promise<RunningProbe> {
    const config = readConfig({ ...this.environment(0), ...env });
    const teardown = new AsyncDisposableStack();
    const metrics = new Registry();
    const health = new Health();
    const port = await startProbe(config, { logger: pino({ level: 'silent' }), metrics, health, teardown });
    health.enter('running');
    return { metrics, health, port, [Symbol.asyncDispose]: () => teardown.disposeAsync() };
  }

  /** Makes the stream full, if `maxBytes` is less than what it holds. */
  async limitStream(name: StreamName, maxBytes: number): Promise<void> {
    await this.#manager.streams.update(name, { max_bytes: maxBytes });
  }

  /** What is published there from now on, whether a stream accepts it or not. */
  async overhear(subject: string): Promise<readonly string[]> {
    const heard: string[] = [];
    this.#connection.subscribe(subject, { callback: (_, message) => void heard.push(message.string()) });
    await this.#connection.flush();
    return heard;
  }

  publish(store: string, payload: string): Promise<unknown> {
    return jetstream(this.#connection).publish(`alerts.received.${store}`, payload, { headers: traceHeaders() });
  }

  /** Alerts after the first that isn't acked, itself included. */
  async unfinished(): Promise<number> {
    const { state } = await this.#manager.streams.info('ALERTS');
    // A consumer that has only just begun may say that nothing is pending.
    const { ack_floor } = await this.#manager.consumers.info('ALERTS', 'probe');
    return state.last_seq - ack_floor.stream_seq;
  }

  async messages(stream: StreamName): Promise<StoredMessage[]> {
    const { state } = await this.#manager.streams.info(stream);
    const found: StoredMessage[] = [];
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
      const message = await this.#manager.streams.getMessage(stream, { seq });
      if (message === null) continue;
      const { subject } = message;
      found.push({ subject, payload: message.string(), header: name => message.header.get(name) });
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopStore();
    await this.#owned.disposeAsync();
  }
}
