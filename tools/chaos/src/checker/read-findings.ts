import { type JetStreamManager, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamName } from '@vigie/alert/streams';
import { QUARANTINE_HEADERS, tenantOfSubject } from '@vigie/alert/streams';
import { decodeAlertPayload, decodeOutcomePayload, MalformedMessageError } from '@vigie/alert/wire';
import { queryPostgres } from '@vigie/dev-env/servers';
import type { Findings, FoundConsumer, FoundMessage, FoundOutcome, FoundRow, ListedQuarantined } from './findings.ts';

const PAGE_SIZE = 1_000;

/** As much of a page as is looked at; proto3 JSON leaves out what is empty. */
interface ListQuarantinedAlertsResponseJson {
  readonly quarantinedAlerts?: readonly {
    readonly id?: string;
    readonly payload?: string;
    readonly failure?: { code?: string };
  }[];
  readonly nextPageToken?: string;
}

export interface Places {
  /** Of a role that may read `alerts`. */
  readonly databaseUrl: string;
  readonly operator: NatsConnection;
  readonly gatewayUrl: string;
}

/** Reads all that the mesh holds, from the table and the streams themselves; the quarantine also as people see it. */
export async function readFindings({ databaseUrl, operator, gatewayUrl }: Places): Promise<Findings> {
  const manager = await jetstreamManager(operator);
  const [alerts, outcomes, quarantined] = await Promise.all(
    (['ALERTS', 'OUTCOMES', 'QUARANTINE'] as const).map(stream => readStream(operator, manager, stream)),
  );
  return {
    rows: await readRows(databaseUrl),
    alerts: (alerts as JsMsg[]).map(readMessage),
    outcomes: (outcomes as JsMsg[]).map(readOutcome),
    quarantined: (quarantined as JsMsg[]).map(message => ({
      ...readMessage(message),
      reason: message.headers?.get(QUARANTINE_HEADERS.reason) ?? '',
    })),
    listed: await readListed(gatewayUrl),
    consumers: await readConsumers(operator),
  };
}

/** Of the services, that is of every durable consumer. */
export async function readConsumers(operator: NatsConnection): Promise<FoundConsumer[]> {
  const manager = await jetstreamManager(operator);
  const consumers: FoundConsumer[] = [];
  for await (const { name: stream } of streamsOf(manager)) {
    for await (const { name, config, num_pending, num_ack_pending } of manager.consumers.list(stream)) {
      if (config.durable_name === undefined) continue;
      consumers.push({ name: `${stream}/${name}`, pending: num_pending, ackPending: num_ack_pending });
    }
  }
  return consumers;
}

async function* streamsOf(manager: JetStreamManager) {
  for await (const { config } of manager.streams.list()) yield config;
}

async function readRows(databaseUrl: string): Promise<FoundRow[]> {
  const rows = await queryPostgres(
    databaseUrl,
    `select tenant, uid, video, store, labels, status, failure_code as "failureCode",
      (extract(epoch from timestamp) * 1000000)::bigint::text as "timestampMicros" from alerts`,
  );
  return rows.map(({ labels, timestampMicros, ...row }) => ({
    ...(row as unknown as FoundRow),
    timestampMicros: Number(timestampMicros),
    ...(labels !== null && { labels: Object.fromEntries((labels as string[]).map(label => label.split('='))) }),
  }));
}

async function readListed(gatewayUrl: string): Promise<ListedQuarantined[]> {
  const listed: ListedQuarantined[] = [];
  let pageToken = '';
  do {
    const query = new URLSearchParams({ pageSize: String(PAGE_SIZE), pageToken });
    const answer = await fetch(`${gatewayUrl}/v1/quarantine?${query}`);
    if (!answer.ok) throw new Error(`The quarantine can't be listed: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as ListQuarantinedAlertsResponseJson;
    for (const { id = '', payload = '', failure } of page.quarantinedAlerts ?? []) {
      listed.push({ id, payload: Buffer.from(payload, 'base64').toString(), reason: failure?.code ?? '' });
    }
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return listed;
}

async function readStream(operator: NatsConnection, manager: JetStreamManager, stream: StreamName): Promise<JsMsg[]> {
  const { state } = await manager.streams.info(stream);
  if (state.messages === 0) return [];
  const read: JsMsg[] = [];
  const consumer = await jetstream(operator).consumers.get(stream);
  for await (const message of await consumer.consume()) {
    read.push(message);
    if (message.seq >= state.last_seq) break;
  }
  return read;
}

function readMessage(message: JsMsg): FoundMessage {
  const payload = message.string();
  try {
    return { payload, alert: decodeAlertPayload(message.data, tenantOfSubject(message.subject)) };
  } catch (error) {
    if (error instanceof MalformedMessageError) return { payload, alert: undefined };
    throw error;
  }
}

function readOutcome(message: JsMsg): FoundOutcome {
  const { alert, outcome } = decodeOutcomePayload(message.data, tenantOfSubject(message.subject));
  const failureCode = outcome.status === 'PROCESSED' ? null : outcome.failure.code;
  return { ...alert, status: outcome.status, failureCode };
}
