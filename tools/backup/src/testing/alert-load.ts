import { randomUUID } from 'node:crypto';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { pause } from '@vigie/service-kit/async';
import { readNatsUrl } from '@vigie/service-kit/nats';

const CLIENTS = 4;
const PAUSE_MS = 20;
const STORES = ['store-a', 'store-b', 'store-c'];
const VIDEOS = ['mp4-faststart.mp4', 'avi-mjpeg.avi', 'matroska.mkv', 'empty.mp4'];

/** Sends alerts by REST and to NATS until it is disposed of, and notes which were accepted. */
export class AlertLoad implements AsyncDisposable {
  readonly accepted = new Set<string>();
  /** Messages that are no alert, or of a uid that an accepted alert has. */
  quarantined = 0;
  readonly #stopping = new AbortController();
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #url: string;
  readonly #clients: Promise<void>[];

  static async begin(meshUrl: string, natsUrl: string): Promise<AlertLoad> {
    return new AlertLoad(meshUrl, await connect({ ...readNatsUrl(natsUrl), maxReconnectAttempts: 0 }));
  }

  private constructor(meshUrl: string, connection: NatsConnection) {
    this.#url = `${meshUrl}/v1/alerts`;
    this.#connection = connection;
    this.#client = jetstream(connection);
    const byRest = Array.from({ length: CLIENTS }, () => this.#repeat(() => this.post()));
    const byHand = [this.#repeat(() => this.#publish()), this.#repeat(() => this.#publishOdd())];
    this.#clients = [...byRest, ...byHand];
  }

  /** By REST. @returns its uid once it is accepted */
  async post(change: { readonly video?: string; readonly store?: string } = {}): Promise<string> {
    const alert = { ...newAlert(), ...change };
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.#url, { method: 'POST', headers, body: JSON.stringify(alert) });
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    this.accepted.add(alert.uid);
    return alert.uid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#clients);
    await this.#connection.close();
  }

  /** As `nats pub -J` does. */
  async #publish(): Promise<void> {
    const alert = newAlert();
    await this.#client.publish(`alerts.received.${alert.store}`, JSON.stringify(alert));
    this.accepted.add(alert.uid);
  }

  async #publishOdd(): Promise<void> {
    const [uid = randomUUID()] = this.accepted;
    await this.#client.publish('alerts.received.store-odd', 'no alert');
    this.quarantined++;
    await this.#client.publish('alerts.received.store-odd', JSON.stringify({ ...newAlert(), uid, store: 'other' }));
    this.quarantined++;
    await pause(5 * PAUSE_MS, this.#stopping.signal);
  }

  /** The mesh ends under the load: what is refused then was not accepted. */
  async #repeat(send: () => Promise<unknown>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await send().catch(() => undefined);
      await pause(PAUSE_MS, this.#stopping.signal);
    }
  }
}

function newAlert() {
  const pick = <T>(values: readonly T[]) => values[Math.floor(Math.random() * values.length)] as T;
  return { uid: randomUUID(), video: `/videos/${pick(VIDEOS)}`, timestamp: 1_748_871_320.68, store: pick(STORES) };
}
