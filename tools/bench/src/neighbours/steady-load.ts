import { createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { BenchAlert } from '../bench-alert.ts';
import type { MeshUnderTest } from '../mesh-under-test.ts';

/** More than probe-svc has in flight, so that there is always a backlog on the stream. */
const MAX_UNFINISHED = 2_000;
/** A busy machine may take long to open a stream. */
const CALL_TIMEOUT_MS = 600_000;

/** Sends alerts of one store without end, as many as are being finished. */
export class SteadyLoad implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #transports: readonly ChannelTransport[];
  readonly #unfinished = new Set<string>();
  #finished = 0;
  #wake = (): void => {};
  #running: Promise<unknown> = Promise.resolve();
  #failure: unknown;

  static async start(mesh: MeshUnderTest, alerts: Iterable<BenchAlert>, store: string): Promise<SteadyLoad> {
    const [ingest, rows] = [mesh.ingestAddress, mesh.storeAddress].map(
      address => new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: CALL_TIMEOUT_MS }),
    ) as [ChannelTransport, ChannelTransport];
    const load = new SteadyLoad([ingest, rows]);
    const established = Promise.withResolvers<void>();
    const watching = load.#watch(rows, store, established.resolve);
    watching.catch(established.reject);
    await established.promise;
    load.#running = Promise.all([watching, load.#send(ingest, alerts)]).catch(error => {
      if (!load.#stop.signal.aborted) load.#failure = error;
    });
    return load;
  }

  private constructor(transports: readonly ChannelTransport[]) {
    this.#transports = transports;
  }

  /** How many alerts have their outcome so far. @throws whatever ended the load */
  get finished(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
    for (const transport of this.#transports) transport[Symbol.dispose]();
  }

  async #send(transport: ChannelTransport, alerts: Iterable<BenchAlert>): Promise<void> {
    const responses = createClient(AlertService, transport).streamAlerts(this.#requests(alerts), {
      signal: this.#stop.signal,
    });
    for await (const { result } of responses) {
      if (result?.outcome.case !== 'accepted') throw new Error(`refused: ${result?.outcome.value?.message}`);
    }
  }

  async *#requests(alerts: Iterable<BenchAlert>) {
    for (const alert of alerts) {
      while (this.#unfinished.size >= MAX_UNFINISHED && !this.#stop.signal.aborted) await this.#oneIsFinished();
      if (this.#stop.signal.aborted) return;
      this.#unfinished.add(alert.uid);
      yield { alert };
    }
  }

  #oneIsFinished(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }

  async #watch(transport: ChannelTransport, store: string, onEstablished: () => void): Promise<void> {
    const client = createClient(AlertService, transport);
    const responses = client.watchAlerts({ stores: [store] }, { signal: this.#stop.signal });
    for await (const { alert } of responses) {
      if (alert === undefined) onEstablished();
      else if (this.#unfinished.delete(alert.uid)) {
        this.#finished++;
        this.#wake();
      }
    }
  }
}
