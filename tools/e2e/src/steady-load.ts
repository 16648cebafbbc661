import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { parseAlert } from '@vigie/alert';
import { alertToProto } from '@vigie/alert/wire';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { pause } from '@vigie/service-kit/async';
import { type AlertJson, newAlert, postJson } from './rest-client.ts';

/** A pause, so that a load is steady and leaves the machine room. */
const PAUSE_MS = 100;
/** Of the alerts in flight of a stream whose answers are still to come. */
const STREAM_WINDOW = 4;

/** Clients of several kinds, each as its protocol's users write it, and what they noticed. */
export class SteadyLoad {
  /** Uids of the alerts that were accepted. */
  readonly accepted = new Set<string>();
  /** What a client would have had to show to somebody. */
  readonly noticed: string[] = [];
  /** How often each kind of client got an answer. */
  readonly answers = { unary: 0, read: 0, stream: 0, rest: 0 };
  readonly #store: string;
  readonly #stopping = new AbortController();
  readonly #clients: Promise<void>[] = [];

  constructor(store: string) {
    this.#store = store;
  }

  /** Creates and reads alerts over a channel that retries as its service config says. */
  runUnary(transport: Transport): void {
    const ingest = createClient(AlertService, transport);
    const store = createClient(AlertService, transport);
    this.#run('unary', async () => {
      const alert = this.#newAlert();
      await ingest.createAlert({ alert: alertToProto(parseAlert(alert, 'default')) });
      this.accepted.add(alert.uid);
      this.answers.unary++;
      await store.listAlerts({ stores: [this.#store], pageSize: 1 });
      this.answers.read++;
    });
  }

  /** Streams alerts; opens the stream again once it ends UNAVAILABLE, and sends again what was not answered. */
  runStream(transport: Transport): void {
    const ingest = createClient(AlertService, transport);
    const unanswered: AlertJson[] = [];
    this.#run('stream', async () => {
      try {
        while (unanswered.length < STREAM_WINDOW) unanswered.push(this.#newAlert());
        const requests = unanswered.map(alert => ({ alert: alertToProto(parseAlert(alert, 'default')) }));
        for await (const { result } of ingest.streamAlerts(yieldSlowly(requests))) {
          if (result?.outcome.case !== 'accepted') throw new Error(`refused: ${JSON.stringify(result?.outcome.value)}`);
          this.accepted.add(result.outcome.value.uid);
          unanswered.shift();
          this.answers.stream++;
        }
      } catch (error) {
        if (ConnectError.from(error).code !== Code.Unavailable) throw error;
      }
    });
  }

  /**
   * Posts to the gateways in turn; goes to the next one where a connection is refused or the answer is a 503 with
   * Retry-After.
   */
  runRest(gatewayUrls: readonly string[]): void {
    let turn = 0;
    this.#run('rest', async () => {
      const alert = this.#newAlert();
      for (let tries = 1; ; tries++) {
        const url = gatewayUrls[turn++ % gatewayUrls.length];
        const answer = await postJson(`${url}/v1/alerts`, alert).catch(error => {
          if (error.cause?.code === 'ECONNREFUSED' && tries < 4) return undefined;
          throw error;
        });
        if (answer?.status === 202) break;
        if (answer === undefined || (answer.status === 503 && answer.headers.has('retry-after') && tries < 4)) continue;
        throw new Error(`${answer.status} ${JSON.stringify(answer.json)}`);
      }
      this.accepted.add(alert.uid);
      this.answers.rest++;
    });
  }

  /** Resolves once every client has its last answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#clients);
  }

  #newAlert(): AlertJson {
    return newAlert({ store: this.#store });
  }

  #run(kind: string, step: () => Promise<void>): void {
    const { signal } = this.#stopping;
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        await step().catch(error => this.noticed.push(`${kind}: ${error.message} ${error.cause ?? ''}`));
        await pause(PAUSE_MS, signal);
      }
    };
    this.#clients.push(run());
  }
}

async function* yieldSlowly<T>(items: readonly T[]): AsyncIterable<T> {
  for (const item of items) {
    yield item;
    await pause(PAUSE_MS);
  }
}
