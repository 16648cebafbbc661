export interface ConsumerProgress {
  readonly name: string;
  /** The consumer has finished every message up to and including this sequence. Never gets smaller. */
  readonly finishedThrough: number;
  /** An ephemeral one goes with whoever reads by it. */
  readonly isDurable: boolean;
  /** Messages of its filter are still to be delivered or acked. */
  readonly hasUnfinished: boolean;
}

/** A stream at one moment. */
export interface StreamState {
  readonly name: string;
  /** One more than `lastSequence` if the stream is empty. */
  readonly firstSequence: number;
  /** Of the latest message, whether it is still there or trimmed. */
  readonly lastSequence: number;
  readonly messages: number;
  readonly bytes: number;
  /** A stream that has no room left refuses messages. */
  readonly maxBytes: number;
  /** By the clock that also gives messages their time. The clock of retention-svc may differ. */
  readonly serverTime: Date;
  /** Durable and ephemeral ones; without those that give no answer. */
  readonly consumers: readonly ConsumerProgress[];
}

/** From 0, empty, to 1, full: the stream refuses messages. */
export function fillRatio({ bytes, maxBytes }: StreamState): number {
  return maxBytes > 0 ? bytes / maxBytes : 0;
}
