import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import {
  closeIntake,
  ensureStreams,
  identityOf,
  isIntakeOpen,
  isStreamMissing,
  openIntake,
  type StreamLimits,
} from '@vigie/alert/streams';
import type { AlertStreamState } from '../../domain/judge-stream.ts';
import type { AlertStream } from '../../ports/alert-stream.ts';

const STREAM = 'ALERTS';

/** The stream ALERTS. */
export class JetStreamAlertStream implements AlertStream {
  readonly #manager: JetStreamManager;
  readonly #limits: StreamLimits;

  constructor(manager: JetStreamManager, limits: StreamLimits) {
    this.#manager = manager;
    this.#limits = limits;
  }

  async state(): Promise<AlertStreamState> {
    const { config, state } = await this.#info();
    return {
      identity: identityOf(config),
      isOpen: isIntakeOpen(config),
      firstSequence: Math.max(1, state.first_seq),
      lastSequence: state.last_seq,
      messages: state.messages,
    };
  }

  async #info(): Promise<StreamInfo> {
    try {
      return await this.#manager.streams.info(STREAM);
    } catch (error) {
      if (!isStreamMissing(error)) throw error;
      await ensureStreams(this.#manager, this.#limits);
      return this.#manager.streams.info(STREAM);
    }
  }

  close(): Promise<void> {
    return closeIntake(this.#manager);
  }

  /**
   * Over a purge, which is the one thing that moves a position for good: a stream that was created with `first_seq` is
   * emptied by the next restart of nats-server before 2.10.28 and 2.11.1 (nats-server#6753).
   */
  async moveTo(sequence: number): Promise<void> {
    await this.#manager.streams.purge(STREAM, { seq: sequence });
  }

  open(identity: string): Promise<void> {
    return openIntake(this.#manager, identity);
  }
}
