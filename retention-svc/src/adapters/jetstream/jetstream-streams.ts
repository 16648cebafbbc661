import { AckPolicy, type ConsumerInfo, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { InvalidArgumentError, type NatsConnection } from '@nats-io/transport-node';
import { isStreamMissing, type StreamLimits, updateStreams } from '@vigie/alert/streams';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { MessageTime } from '../../domain/replay-window.ts';
import type { ConsumerProgress, StreamState } from '../../domain/stream-state.ts';
import type { Streams } from '../../ports/streams.ts';

export class JetStreamStreams implements Streams {
  readonly #manager: JetStreamManager;
  readonly #limits: StreamLimits;
  readonly #logger: Logger;
  /** False again after a reconnect: the server may be another one, with other data. */
  #areUpToDate = false;

  static async open(connection: NatsConnection, limits: StreamLimits, logger: Logger): Promise<JetStreamStreams> {
    const streams = new JetStreamStreams(await jetstreamManager(connection), limits, logger);
    void streams.#watchReconnects(connection);
    return streams;
  }

  private constructor(manager: JetStreamManager, limits: StreamLimits, logger: Logger) {
    this.#manager = manager;
    this.#limits = limits;
    this.#logger = logger;
  }

  async bringUpToDate(): Promise<void> {
    if (this.#areUpToDate) return;
    const tooLarge = await updateStreams(this.#manager, this.#limits);
    this.#areUpToDate = true;
    if (tooLarge.length === 0) return;
    this.#logger.warn(
      { streams: tooLarge, maxBytes: this.#limits.maxBytes },
      'streams keep their sizes: nats-server has no room for STREAM_MAX_BYTES of each; raise its max_file_store',
    );
  }

  async readState(stream: string): Promise<StreamState> {
    const { state, config, ts } = await this.#readInfo(stream);
    return {
      name: stream,
      firstSequence: Math.max(1, state.first_seq),
      lastSequence: state.last_seq,
      messages: state.messages,
      bytes: state.bytes,
      maxBytes: config.max_bytes,
      serverTime: new Date(ts ?? state.last_ts),
      // A cluster leaves out those whose server gives no answer.
      consumers: await Array.fromAsync(this.#manager.consumers.list(stream), readProgress),
    };
  }

  async readMessageTime(stream: string, sequence: number): Promise<MessageTime | undefined> {
    for (let from = sequence; ; from++) {
      try {
        const message = await this.#manager.direct.getMessage(stream, { seq: from, next_by_subj: '>' });
        return message === null ? undefined : { sequence: message.seq, time: message.time };
      } catch (error) {
        // The client can't read the headers, which hold the time too. The time of the next message will do.
        if (!(error instanceof InvalidArgumentError)) throw error;
      }
    }
  }

  async trim(stream: string, keepFrom: number): Promise<number> {
    return (await this.#manager.streams.purge(stream, { seq: keepFrom })).purged;
  }

  #readInfo(stream: string) {
    return this.#manager.streams.info(stream).catch(error => {
      if (isStreamMissing(error)) this.#areUpToDate = false;
      throw error;
    });
  }

  async #watchReconnects(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'reconnect') this.#areUpToDate = false;
    }
  }
}

/** For a consumer without acks, a message is finished when it is delivered. */
function readProgress(info: ConsumerInfo): ConsumerProgress {
  const { name, config, ack_floor, delivered, num_pending, num_ack_pending } = info;
  const finished = config.ack_policy === AckPolicy.None ? delivered : ack_floor;
  return {
    name,
    finishedThrough: finished.stream_seq,
    isDurable: config.durable_name !== undefined,
    hasUnfinished: num_pending + num_ack_pending > 0,
  };
}
