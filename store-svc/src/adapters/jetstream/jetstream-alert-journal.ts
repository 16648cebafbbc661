import {
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { traceOfMessage } from '@vigie/service-kit/nats';
import { withTrace } from '@vigie/service-kit/telemetry';
import type { AlertMessage } from '../../domain/alert-message.ts';
import type { AlertJournal, JournalProgress } from '../../ports/alert-journal.ts';
import { readStream } from './read-stream.ts';
import { readAlertMessage } from './record-consumer.ts';

const STREAM = 'ALERTS';
/** JetStream's error code if a consumer does not exist. */
const CONSUMER_NOT_FOUND = 10014;
/** Whose work on a message has to be finished before something of it can be missing. */
const CONSUMERS = ['record', 'probe'];

/** The stream ALERTS. */
export class JetStreamAlertJournal implements AlertJournal {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;

  constructor(client: JetStreamClient, manager: JetStreamManager) {
    this.#client = client;
    this.#manager = manager;
  }

  async progress(): Promise<JournalProgress> {
    const finished = await Promise.all(CONSUMERS.map(name => this.#finishedThrough(name)));
    const { state, ts } = await this.#manager.streams.info(STREAM);
    return {
      firstSequence: Math.max(1, state.first_seq),
      finishedThrough: Math.min(...finished),
      serverTime: new Date(ts ?? state.last_ts),
    };
  }

  /** 0 for a consumer that its service has not made yet. */
  async #finishedThrough(consumer: string): Promise<number> {
    try {
      return (await this.#manager.consumers.info(STREAM, consumer)).ack_floor.stream_seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === CONSUMER_NOT_FOUND) return 0;
      throw error;
    }
  }

  async *read(from: number, through: number, pageSize: number): AsyncIterable<readonly AlertMessage[]> {
    if (from > through) return;
    let page: AlertMessage[] = [];
    const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
    for await (const message of readStream(this.#client, STREAM, start, through)) {
      page.push(readInItsTrace(message));
      if (page.length < pageSize) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}

function readInItsTrace(message: JsMsg): AlertMessage {
  return withTrace(traceOfMessage(message), () => readAlertMessage(message));
}
