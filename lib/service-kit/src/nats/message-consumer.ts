import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { type Backoff, backoffDelayMs } from '../async/backoff.ts';
import { pause } from '../async/pause.ts';
import { settlesWithin } from '../async/settles-within.ts';
import { Slots } from '../async/slots.ts';
import type { Logger } from '../telemetry/logger.ts';
import { withTrace } from '../telemetry/trace-context.ts';
import { awaitJetStream } from './await-jetstream.ts';
import { confirmAck } from './confirm-ack.ts';
import type { ConsumerCounts, ConsumerMetrics } from './consumer-metrics.ts';
import { traceOfMessage } from './message-trace.ts';

/** What becomes of a message: it is done with, or delivered again after a delay. */
export type Verdict = { readonly kind: 'done' } | { readonly kind: 'retry'; readonly delayMs: number };

export interface MessageConsumerOptions {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** The durable consumer; replicas of a service share it, and so the work. */
  readonly durable: string;
  /** Most messages in hand at once. */
  readonly concurrency: number;
  /** Most messages pulled ahead, which aren't told to be in progress; `concurrency` if absent. */
  readonly prefetch?: number;
  /**
   * How long after a crash its messages go to another replica. What is in hand of a living one may take longer:
   * JetStream is told that it is in progress.
   */
  readonly ackWaitMs: number;
  /** How long messages in hand may go on once the consumer stops; then they are handed back. */
  readonly shutdownGraceMs: number;
  /** The signal aborts when the grace period is over; what is thrown then hands the message back. */
  readonly handle: (message: JsMsg, signal: AbortSignal) => Promise<Verdict>;
  readonly logger: Logger;
  /** Shared by all consumers of the process. */
  readonly metrics: ConsumerMetrics;
}

/** After a handler that threw, or a consumer that was lost: long enough not to spin, short enough not to be noticed. */
const RECOVERY_DELAY_MS = 1_000;
/** For a message whose handler throws again and again. */
const RECOVERY: Backoff = { baseMs: RECOVERY_DELAY_MS, maxMs: 60_000 };

/** For another replica: at once, but not to the one that is stopping. */
const HANDED_BACK_MS = 100;
/** For the handlers that heed their signal. */
const LAST_WORD_MS = 100;

/** A frozen replica swallows what is delivered again until its last pull has expired. */
const PULL_EXPIRES_MS = 5_000;

/**
 * Most messages that all replicas together have in hand or put off: those of one dead server must not stop the rest.
 */
const MAX_ACK_PENDING = 200_000;

/**
 * Pulls messages of a durable consumer and hands out up to `concurrency` of them at once, each in the trace its header
 * names. A message is acked last of all, and stays in hand until the ack is confirmed.
 */
export class MessageConsumer implements AsyncDisposable {
  readonly #options: MessageConsumerOptions;
  readonly #counts: ConsumerCounts;
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  readonly #graceOver = new AbortController();
  readonly #inHand = new Map<JsMsg, Promise<void>>();
  readonly #slots: Slots;
  readonly #progressTimer: NodeJS.Timeout;

  private constructor(options: MessageConsumerOptions, manager: JetStreamManager) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
    this.#counts = options.metrics.of({
      consumer: options.durable,
      inHand: () => this.#inHand.size,
      info: () => manager.consumers.info(options.stream, options.durable),
    });
    this.#progressTimer = setInterval(() => {
      for (const message of this.#inHand.keys()) message.working();
    }, options.ackWaitMs / 3);
  }

  static async start(options: MessageConsumerOptions): Promise<MessageConsumer> {
    const manager = await jetstreamManager(options.connection);
    const consumer = new MessageConsumer(options, manager);
    await awaitJetStream(() => consumer.#open(manager), options.logger);
    consumer.#running = consumer.#run(manager);
    return consumer;
  }

  /**
   * Gives back what isn't in hand yet and waits for what is: for the grace period. What isn't done then is handed back,
   * so that another replica takes it without waiting for `ackWaitMs`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    void this.#messages?.close();
    const finished = Promise.all([this.#running, ...this.#inHand.values()]);
    if (!(await settlesWithin(finished, this.#options.shutdownGraceMs))) {
      this.#graceOver.abort(new Error('the consumer stops and its grace period is over'));
      await settlesWithin(finished, LAST_WORD_MS);
      this.#handBack();
    }
    clearInterval(this.#progressTimer);
  }

  /** A handler that is still at it may finish, but its verdict no longer counts. */
  #handBack(): void {
    const { logger, durable } = this.#options;
    if (this.#inHand.size > 0) logger.warn({ consumer: durable, messages: this.#inHand.size }, 'messages handed back');
    for (const message of this.#inHand.keys()) message.nak(HANDED_BACK_MS);
  }

  async #run(manager: JetStreamManager): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#messages ??= await this.#open(manager);
        for await (const message of this.#messages) await this.#take(message);
      } catch (error) {
        this.#options.logger.warn({ err: error, consumer: this.#options.durable }, 'consumer lost, opening it again');
      }
      this.#messages = undefined;
      await pause(RECOVERY_DELAY_MS, this.#stopping.signal);
    }
  }

  async #open(manager: JetStreamManager): Promise<ConsumerMessages> {
    const { connection, stream, durable, concurrency, prefetch = concurrency } = this.#options;
    await ensureConsumer(manager, this.#options);
    const consumer = await jetstream(connection).consumers.get(stream, durable);
    this.#messages = await consumer.consume({
      max_messages: prefetch,
      expires: PULL_EXPIRES_MS,
      abort_on_missing_resource: true,
    });
    if (this.#stopping.signal.aborted) void this.#messages.close();
    return this.#messages;
  }

  async #take(message: JsMsg): Promise<void> {
    const slot = await this.#slots.take(this.#stopping.signal).catch(() => undefined);
    if (slot === undefined) return message.nak();
    const settled = this.#settle(message).finally(() => {
      this.#inHand.delete(message);
      slot[Symbol.dispose]();
    });
    this.#inHand.set(message, settled);
  }

  async #settle(message: JsMsg): Promise<void> {
    const verdict = await withTrace(traceOfMessage(message), () => this.#decide(message));
    this.#counts.count(verdict, message.redelivered);
    if (verdict.kind === 'retry') return message.nak(verdict.delayMs);
    // An ack that isn't confirmed only means that the message comes again, and what is done stays done.
    await confirmAck(this.#options.connection, message, this.#graceOver.signal).catch(error =>
      this.#options.logger.warn({ err: error, streamSequence: message.seq }, 'ack not confirmed'),
    );
  }

  async #decide(message: JsMsg): Promise<Verdict> {
    try {
      return await this.#options.handle(message, this.#graceOver.signal);
    } catch (error) {
      if (this.#graceOver.signal.aborted) return { kind: 'retry', delayMs: HANDED_BACK_MS };
      this.#options.logger.error(
        { err: error, subject: message.subject, streamSequence: message.seq },
        'handler failed',
      );
      return { kind: 'retry', delayMs: backoffDelayMs(RECOVERY, message.info.deliveryCount) };
    }
  }
}

/** Creates the durable consumer, or brings its settings up to date; what it has delivered and acked stays. */
async function ensureConsumer(manager: JetStreamManager, options: MessageConsumerOptions): Promise<void> {
  const config = consumerConfig(options);
  await manager.consumers.add(options.stream, config).catch(async error => {
    if (!isConsumerThere(error)) throw error;
    await manager.consumers.update(options.stream, options.durable, config);
  });
}

/** JetStream's errors 10148 and 10013: a consumer of this name has another configuration. */
function isConsumerThere(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === 10148 || error.code === 10013);
}

function consumerConfig(options: MessageConsumerOptions): Partial<ConsumerConfig> {
  return {
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(options.ackWaitMs),
    max_ack_pending: MAX_ACK_PENDING,
    max_deliver: -1,
  };
}
