import { AckPolicy, type Consumer, DeliverPolicy } from '@nats-io/jetstream';
import { nanos, nuid } from '@nats-io/transport-node';
import type { JetStreamParts, OutcomeStream } from './outcome-streams.ts';

/** The server deletes the consumer of a process that is gone. */
const INACTIVE_MS = 30_000;

export interface OutcomeConsumer extends AsyncDisposable {
  readonly consumer: Consumer;
  /** Messages that it has to deliver, when it was created. */
  readonly pending: number;
}

/** A consumer of this process alone, in memory and without acks. Disposing of it deletes it. */
export async function openOutcomeConsumer(
  { client, manager }: JetStreamParts,
  { name: stream }: OutcomeStream,
  subjects: readonly string[],
  startSequence: number,
): Promise<OutcomeConsumer> {
  const name = `watch-${nuid.next()}`;
  const { num_pending } = await manager.consumers.add(stream, {
    name,
    filter_subjects: [...subjects],
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: startSequence,
    ack_policy: AckPolicy.None,
    inactive_threshold: nanos(INACTIVE_MS),
    mem_storage: true,
    num_replicas: 1,
  });
  return {
    consumer: await client.consumers.get(stream, name),
    pending: num_pending,
    async [Symbol.asyncDispose]() {
      await manager.consumers.delete(stream, name).catch(() => undefined);
    },
  };
}
