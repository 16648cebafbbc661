import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, nuid } from '@nats-io/transport-node';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { subjects } from '@vigie/alert/streams';
import type { Selection } from './replay-options.ts';

const STREAM = 'ALERTS';
const BATCH = 1_000;
const FETCH_EXPIRES_MS = 5_000;
/** The server deletes the consumer of a process that is gone. */
const INACTIVE_MS = 60_000;

export interface Source {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/**
 * The selected messages in batches, none of those that come after this is called. No service notices: the consumer is
 * in memory and acknowledges nothing.
 *
 * @throws Error if a message is lost on its way, or if the server gives no more though it has more
 */
export async function* readMessages({ client, manager }: Source, selection: Selection): AsyncIterable<JsMsg[]> {
  const { state } = await manager.streams.info(STREAM);
  const isPast = ({ seq, time }: JsMsg) =>
    seq > (selection.sequence ?? state.last_seq) || (selection.until !== undefined && time >= selection.until);
  const name = `replay-${nuid.next()}`;
  let { num_pending: pending } = await manager.consumers.add(STREAM, {
    ...{ name, ...startOf(selection), filter_subject: subjectOf(selection) },
    ...{ ack_policy: AckPolicy.None, mem_storage: true, num_replicas: 1, inactive_threshold: nanos(INACTIVE_MS) },
  });
  try {
    const consumer = await client.consumers.get(STREAM, name);
    let delivered = 0;
    while (pending > 0) {
      const batch = await Array.fromAsync(
        // A fetch waits for as many as it asks for.
        await consumer.fetch({ max_messages: Math.min(BATCH, pending), expires: FETCH_EXPIRES_MS }),
      );
      for (const message of batch) {
        if (message.info.deliverySequence !== ++delivered) throw new Error('A message was lost on its way.');
      }
      const last = batch.at(-1);
      // Messages may have been trimmed meanwhile, and then none comes.
      pending = last === undefined ? (await consumer.info()).num_pending : last.info.pending;
      if (last === undefined && pending > 0) throw new Error(`The server gives no more of ${pending} messages.`);
      const selected = batch.filter(
        message => !isPast(message) && isAt(message, selection) && isSince(message, selection),
      );
      if (selected.length > 0) yield selected;
      if (last !== undefined && isPast(last)) return;
    }
  } finally {
    await manager.consumers.delete(STREAM, name).catch(() => undefined);
  }
}

/** A consumer begins at a position or at a time. */
function startOf({ sequence, after, since }: Selection): Partial<ConsumerConfig> {
  const position = sequence ?? (after === undefined ? undefined : after + 1);
  if (position !== undefined) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: position };
  if (since === undefined) return { deliver_policy: DeliverPolicy.All };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString() };
}

function subjectOf({ tenant, store }: Selection): string {
  if (tenant === undefined && store === undefined) return 'alerts.received.>';
  const owner = { tenant: tenant ?? DEFAULT_TENANT, store: store ?? '' };
  return store === undefined ? `${subjects.received(owner)}*` : subjects.received(owner);
}

function isAt({ seq }: JsMsg, { sequence }: Selection): boolean {
  return sequence === undefined || seq === sequence;
}

function isSince({ time }: JsMsg, { since }: Selection): boolean {
  return since === undefined || time >= since;
}
