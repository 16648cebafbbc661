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

/** How a message is answered: it is acked because its work is done, or delivered again after a delay. */
export type AckDecision = { readonly kind: 'done' } | { readonly kind: 'retry'; readonly delayMs: number };

export interface MessageConsumerOptions {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** The durable consumer; replicas of a service share it, and so the work. */
  readonly durable: string;
  /** Most messages in flight at once: their handler runs, or their ack is not confirmed yet. */
  readonly concurrency: number;
  /** Most messages pulled ahead of their handlers, for which no progress is reported; `concurrency` if absent. */
  readonly prefetch?: number;
  /**
   * How long after a crash of this process JetStream delivers its messages again. A message in flight may take longer
   * while the process lives: its progress is reported to JetStream.
   */
  readonly ackWaitMs: number;
  /** How long messages in flight may go on once the consumer stops; then they are handed back. */
  readonly shutdownGraceMs: number;
  /** The signal aborts when the grace period is over; a handler that throws then hands its message back. */
  readonly handle: (message: JsMsg, signal: AbortSignal) => Promise<AckDecision>;
  readonly logger: Logger;
  /** Shared by all consumers of the process. */
  readonly metrics: ConsumerMetrics;
}

interface InFlight {
  readonly message: JsMsg;
  readonly completed: Promise<void>;
  /** When it was taken, or its progress was last reported. */
  heardOfAt: number;
}

/** Pause after a handler threw or a consumer was lost: long enough not to spin, short enough not to be noticed. */
const RECOVERY_DELAY_MS = 1_000;
/** Delays of a message whose handler throws again and again. */
const RECOVERY: Backoff = { baseMs: RECOVERY_DELAY_MS, maxMs: 60_000 };

/** Delay of a message that is handed back: another replica gets it almost at once, and the one that stops does not. */
const HAND_BACK_DELAY_MS = 100;
/** How long handlers that heed their signal have to end after it. */
const ABORTED_HANDLERS_MS = 100;

/** A frozen replica still receives messages, and does nothing with them, until its last pull has expired. */
const PULL_EXPIRES_MS = 5_000;

/**
 * Most messages that all replicas together have in flight or deferred. Large, because the messages that wait for one
 * dead server must not stop all others.
 */
const MAX_ACK_PENDING = 200_000;

/**
 * Pulls messages of a durable consumer and runs the handler of up to `concurrency` of them at once, each in the trace
 * that its header names. A message is acked last of all, and stays in flight until the ack is confirmed.
 */
export class MessageConsumer implements AsyncDisposable {
  readonly #options: MessageConsumerOptions;
  readonly #counts: ConsumerCounts;
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  readonly #graceOver = new AbortController();
  /** By stream sequence. */
  readonly #inFlight = new Map<number, InFlight>();
  readonly #slots: Slots;
  readonly #progressTimer: NodeJS.Timeout;

  private constructor(options: MessageConsumerOptions, manager: JetStreamManager) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
    this.#counts = options.metrics.of({
      consumer: options.durable,
      inFlight: () => this.#inFlight.size,
      info: () => manager.consumers.info(options.stream, options.durable),
    });
    this.#progressTimer = setInterval(() => this.#reportProgress(), options.ackWaitMs / 4);
  }

  static async start(options: MessageConsumerOptions): Promise<MessageConsumer> {
    // What is asked first is asked as often as necessary: the consumer.
    const manager = await jetstreamManager(options.connection, { checkAPI: false });
    const consumer = new MessageConsumer(options, manager);
    await awaitJetStream(() => consumer.#open(manager), options.logger);
    consumer.#running = consumer.#run(manager);
    return consumer;
  }

  /**
   * Hands back what isn't in flight yet, and waits for what is until the grace period is over. What isn't done by then
   * is handed back too, so that another replica gets it without waiting for `ackWaitMs`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    void this.#messages?.close();
    const inFlight = Array.from(this.#inFlight.values(), ({ completed }) => completed);
    const finished = Promise.all([this.#running, ...inFlight]);
    if (!(await settlesWithin(finished, this.#options.shutdownGraceMs))) {
      this.#graceOver.abort(new Error('the consumer stops and its grace period is over'));
      await settlesWithin(finished, ABORTED_HANDLERS_MS);
      this.#handBack();
    }
    clearInterval(this.#progressTimer);
  }

  /** A handler that still runs may finish, but its decision no longer counts. */
  #handBack(): void {
    const { logger, durable } = this.#options;
    if (this.#inFlight.size > 0)
      logger.warn({ consumer: durable, messages: this.#inFlight.size }, 'messages handed back');
    for (const { message } of this.#inFlight.values()) message.nak(HAND_BACK_DELAY_MS);
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
    // Delivered again because no progress could be reported: the handler that has it will answer for both deliveries.
    if (this.#inFlight.has(message.seq)) return;
    const slot = await this.#slots.take(this.#stopping.signal).catch(() => undefined);
    if (slot === undefined) return message.nak();
    const completed = this.#complete(message).finally(() => {
      this.#inFlight.delete(message.seq);
      slot[Symbol.dispose]();
    });
    this.#inFlight.set(message.seq, { message, completed, heardOfAt: performance.now() });
  }

  /** Of those of which the server has not heard for half of the ack wait: most messages are done before that. */
  #reportProgress(): void {
    const now = performance.now();
    for (const inFlight of this.#inFlight.values()) {
      if (now - inFlight.heardOfAt < this.#options.ackWaitMs / 2) continue;
      inFlight.message.working();
      inFlight.heardOfAt = now;
    }
  }

  async #complete(message: JsMsg): Promise<void> {
    const decision = await withTrace(traceOfMessage(message), () => this.#decide(message));
    this.#counts.count(decision, message.redelivered);
    if (decision.kind === 'retry') return message.nak(decision.delayMs);
    // A message whose ack isn't confirmed is only delivered again, and its work can be done twice.
    await confirmAck(this.#options.connection, message, this.#graceOver.signal).catch(error =>
      this.#options.logger.warn({ err: error, streamSequence: message.seq }, 'ack not confirmed'),
    );
  }

  async #decide(message: JsMsg): Promise<AckDecision> {
    try {
      return await this.#options.handle(message, this.#graceOver.signal);
    } catch (error) {
      if (this.#graceOver.signal.aborted) return { kind: 'retry', delayMs: HAND_BACK_DELAY_MS };
      this.#options.logger.error(
        { err: error, subject: message.subject, streamSequence: message.seq },
        'handler failed',
      );
      return { kind: 'retry', delayMs: backoffDelayMs(RECOVERY, message.info.deliveryCount) };
    }
  }
}

/**
 * Creates the durable consumer, to begin with the first message of the stream, or brings its settings up to date. Where
 * one that is there begins, as one that was restored does further on, and what it has delivered and acked stays.
 */
async function ensureConsumer(manager: JetStreamManager, options: MessageConsumerOptions): Promise<void> {
  const config = consumerConfig(options);
  await manager.consumers.add(options.stream, { ...config, deliver_policy: DeliverPolicy.All }).catch(async error => {
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
    ack_wait: nanos(options.ackWaitMs),
    max_ack_pending: MAX_ACK_PENDING,
    max_deliver: -1,
  };
}
