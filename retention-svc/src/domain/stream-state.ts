export interface ConsumerProgress {
  readonly name: string;
  /** It has finished every message up to this sequence, itself included; only ever grows. */
  readonly finishedThrough: number;
}

/** A stream at one moment. */
export interface StreamState {
  readonly name: string;
  /** Of an empty stream: one more than the last. */
  readonly firstSequence: number;
  /** Of the latest message, be it there or trimmed. */
  readonly lastSequence: number;
  readonly messages: number;
  readonly bytes: number;
  /** A stream that holds more refuses. */
  readonly maxBytes: number;
  /** By the clock that also stamps the messages, so that retention-svc's own needn't agree with it. */
  readonly serverTime: Date;
  /** All of them, durable or for the moment. */
  readonly consumers: readonly ConsumerProgress[];
}

/** From 0, empty, to 1: the stream refuses. */
export function fillRatio({ bytes, maxBytes }: StreamState): number {
  return maxBytes > 0 ? bytes / maxBytes : 0;
}
