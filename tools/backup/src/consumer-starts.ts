import { AckPolicy, type ConsumerInfo, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import type { ConsumerCopy } from './manifest.ts';

/** How far a stream and its readers are. */
export interface StreamProgress {
  /** Of the oldest message that is kept. */
  readonly firstSequence: number;
  /** The durable ones; the others are made by whoever reads, when they are needed. */
  readonly consumers: readonly ConsumerCopy[];
}

/** @throws Error of JetStream if there is no such stream */
export async function readProgress(manager: JetStreamManager, stream: string): Promise<StreamProgress> {
  const consumers = await Array.fromAsync(manager.consumers.list(stream));
  return {
    firstSequence: (await manager.streams.info(stream)).state.first_seq,
    consumers: consumers
      .filter(({ config }) => config.durable_name !== undefined)
      .map(info => ({ config: info.config, finishedThrough: finishedThrough(info) })),
  };
}

/** The ack floor of a consumer that has never acknowledged anything is 0, wherever it begins. */
function finishedThrough({ config, ack_floor, delivered, num_ack_pending }: ConsumerInfo): number {
  const isAllFinished = config.ack_policy === AckPolicy.None || num_ack_pending === 0;
  return isAllFinished ? delivered.stream_seq : Math.max(ack_floor.stream_seq, (config.opt_start_seq ?? 1) - 1);
}

/** Makes a consumer anew, which knows nothing of what was delivered before. @param first the position it begins at */
export async function makeConsumer(
  manager: JetStreamManager,
  stream: string,
  { config }: ConsumerCopy,
  first: number,
): Promise<void> {
  const { opt_start_time: _, ...kept } = config;
  const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: first };
  await manager.consumers.add(stream, { ...kept, ...start });
}
