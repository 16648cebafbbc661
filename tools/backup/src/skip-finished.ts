import {
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  type OrderedConsumerOptions,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { QUARANTINE_HEADERS, reportedSequence, type StreamName } from '@vigie/alert/streams';
import { poll } from '@vigie/service-kit/async';
import { headersOf } from '@vigie/service-kit/nats';
import type { Client } from 'pg';

const STREAM = 'ALERTS';
const DURABLE = 'probe';
const REFUSALS = ['MALFORMED_MESSAGE', 'UID_CONFLICT'];
const BATCH = 2_000;
const SILENCE_MS = 5_000;
const ACKED_WITHIN_MS = 30_000;

export interface SkipParts {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly postgres: Client;
}

/**
 * Acknowledges, in the name of probe-svc, the alerts whose outcome is in their row and was reported, and what can't
 * have a row, so that only the others are probed: one alert that is retried for an hour holds back the position from
 * which its consumer begins.
 *
 * @param first the position from which that consumer delivers
 * @returns how many alerts it passed over
 */
export async function skipFinished(parts: SkipParts, first: number): Promise<number> {
  const finished = await readFinished(parts, first);
  const through = finished.values().reduce((last, sequence) => Math.max(last, sequence), 0);
  const left: JsMsg[] = [];
  let skipped = 0;
  for await (const message of takeThrough(parts, through)) {
    if (!finished.has(message.seq)) {
      left.push(message);
      continue;
    }
    message.ack();
    skipped++;
  }
  // Otherwise they would wait until the ack wait is over.
  for (const message of left) message.nak();
  await parts.connection.flush();
  await poll(async () => ((await pendingAcks(parts)) <= left.length ? true : undefined), {
    intervalMs: 50,
    timeoutMs: ACKED_WITHIN_MS,
  });
  return skipped;
}

/** Positions of the messages that probe-svc has nothing to do with any more. */
async function readFinished(parts: SkipParts, first: number): Promise<Set<number>> {
  const { rows } = await parts.postgres.query('select sequence from alerts where sequence >= $1', [first]);
  const { reported, refused } = await readEvents(parts, first);
  return refused.union(new Set(rows.map(({ sequence }) => Number(sequence))).intersection(reported));
}

interface Events {
  /** Positions of the messages whose outcomes are reported. */
  readonly reported: Set<number>;
  /** Of those that store-svc has quarantined, as they get no row. */
  readonly refused: Set<number>;
}

async function readEvents(parts: SkipParts, first: number): Promise<Events> {
  const reported = new Set<number>();
  const refused = new Set<number>();
  // An event is later than its alert.
  const since = (await parts.manager.direct.getMessage(STREAM, { seq: first, next_by_subj: '>' }))?.time;
  if (since === undefined) return { reported, refused };
  for await (const event of readHeaders(parts, 'OUTCOMES', since)) {
    const sequence = reportedSequence(event);
    if (sequence !== undefined) reported.add(sequence);
  }
  for await (const event of readHeaders(parts, 'QUARANTINE', since)) {
    const headers = headersOf(event);
    const isRefusal = REFUSALS.includes(headers?.get(QUARANTINE_HEADERS.reason) ?? '');
    (isRefusal ? refused : reported).add(Number(headers?.get(QUARANTINE_HEADERS.streamSequence)));
  }
  return { reported, refused };
}

async function* readHeaders({ client, manager }: SkipParts, stream: StreamName, since: Date): AsyncIterable<JsMsg> {
  const { last_seq: through } = (await manager.streams.info(stream)).state;
  const start: Partial<OrderedConsumerOptions> = {
    ...{ deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString(), headers_only: true },
  };
  const consumer = await client.consumers.get(stream, start);
  try {
    if ((await consumer.info()).num_pending === 0) return;
    for await (const message of await consumer.consume({ max_messages: BATCH })) {
      yield message;
      if (message.seq >= through || message.info.pending === 0) return;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}

/** Once each; ends early where no more come, because too many are left. */
async function* takeThrough({ client }: SkipParts, through: number): AsyncIterable<JsMsg> {
  const consumer = await client.consumers.get(STREAM, DURABLE);
  let last = 0;
  while (last < through) {
    let received = 0;
    for await (const message of await consumer.fetch({ max_messages: BATCH, expires: SILENCE_MS })) {
      if (message.seq <= last) continue;
      last = message.seq;
      received++;
      yield message;
      if (last >= through && message.info.pending === 0) return;
    }
    if (received === 0) return;
  }
}

async function pendingAcks({ manager }: SkipParts): Promise<number> {
  return (await manager.consumers.info(STREAM, DURABLE)).num_ack_pending;
}
