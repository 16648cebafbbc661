import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { Alert } from '@vigie/alert';
import { timestampSeconds } from '@vigie/alert';
import { subjects } from '@vigie/alert/streams';
import { publishStored } from '@vigie/service-kit/nats';
import { type EntryPoint, RefusedError } from './entry-point.ts';

const PUB_ACK_TIMEOUT_MS = 3_000;

/** What a person publishes with the `nats` CLI: plain JSON, no message id. */
export class NatsEntryPoint implements EntryPoint {
  readonly #client: JetStreamClient;

  constructor(operator: NatsConnection) {
    this.#client = jetstream(operator);
  }

  send(alert: Alert): Promise<void> {
    const { uid, video, store, labels } = alert;
    const payload = JSON.stringify({ uid, video, timestamp: timestampSeconds(alert), store, labels });
    return this.#publish(subjects.received(alert), payload);
  }

  /** Any message on the subject of a store's alerts. @throws RefusedError */
  publish(store: string, payload: string): Promise<void> {
    return this.#publish(subjects.received({ tenant: DEFAULT_TENANT, store }), payload);
  }

  async #publish(subject: string, payload: string): Promise<void> {
    await publishStored(this.#client, subject, payload, { timeout: PUB_ACK_TIMEOUT_MS }).catch(error => {
      throw new RefusedError('no PubAck', error);
    });
  }
}
