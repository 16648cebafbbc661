import { JetStreamApiError, type JetStreamClient, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import { ALL_TENANTS } from '@vigie/access/tenants';
import type { FinalStatus, FinishedAlert } from '@vigie/alert';
import type { StreamName } from '@vigie/alert/streams';
import { decodeQuarantinedRecord, storeToken, tenantOfSubject, tenantPrefix } from '@vigie/alert/streams';
import { decodeOutcomePayload } from '@vigie/alert/wire';
import { type FeedPart, OutcomeFeedError, type OutcomeFilter } from '@vigie/outcome-feed';
import type { Logger } from '@vigie/service-kit/telemetry';

/** One of the two streams that outcomes travel on. */
export interface OutcomeStream {
  readonly name: StreamName;
  readonly part: FeedPart;
  readonly prefixes: Readonly<Partial<Record<FinalStatus, string>>>;
  /** @throws MalformedMessageError */
  readonly read: (message: JsMsg) => FinishedAlert;
}

export const OUTCOME_STREAMS: readonly OutcomeStream[] = [
  {
    name: 'OUTCOMES',
    part: 'outcomes',
    prefixes: { PROCESSED: 'alerts.processed', FAILED: 'alerts.failed' },
    read: message => decodeOutcomePayload(message.data, tenantOfSubject(message.subject)),
  },
  {
    name: 'QUARANTINE',
    part: 'quarantine',
    prefixes: { QUARANTINED: 'alerts.quarantined' },
    read: decodeQuarantinedRecord,
  },
];

export interface JetStreamParts {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly logger: Logger;
}

/**
 * Of a consumer. The more there are, the longer nats-server takes to pass over a message: 10 us with 50, 23 with 100,
 * 57 with 200, while one for all stores delivers each in 27 us (2.10.27, busy machine). Its makers would allow 100:
 * https://github.com/nats-io/nats-server/issues/6046
 */
const MAX_SUBJECTS = 50;

/** Where the stream has what the filter wants, and maybe more; empty if there can be nothing. */
export function subjectsOf({ prefixes }: OutcomeStream, { tenant, stores, statuses }: OutcomeFilter): string[] {
  const wanted = statuses.flatMap(status => prefixes[status] ?? []);
  if (tenant === ALL_TENANTS) return wanted.map(prefix => `${prefix}.>`);
  const isOfAll = stores.length === 0 || wanted.length * stores.length > MAX_SUBJECTS;
  const tokens = (isOfAll ? ['*'] : stores.map(storeToken)).map(token => tenantPrefix(tenant) + token);
  return wanted.flatMap(prefix => tokens.map(token => `${prefix}.${token}`));
}

export interface StreamState {
  readonly createdMs: number;
  /** Of the oldest message that is kept. */
  readonly firstSequence: number;
  /** Of the latest message, whether it is still there or trimmed. */
  readonly lastSequence: number;
}

/** JetStream's error code if a stream does not exist. */
const STREAM_NOT_FOUND = 10059;

/**
 * @returns undefined if there is no such stream
 * @throws OutcomeFeedError FEED_UNREACHABLE
 */
export async function findStreamState(
  manager: JetStreamManager,
  { name }: OutcomeStream,
): Promise<StreamState | undefined> {
  try {
    const { created, state } = await manager.streams.info(name);
    return { createdMs: Date.parse(created), firstSequence: state.first_seq, lastSequence: state.last_seq };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw new OutcomeFeedError('FEED_UNREACHABLE', `The stream ${name} gives no answer.`, { cause: error });
  }
}

/** @throws OutcomeFeedError FEED_UNREACHABLE, also if there is no such stream */
export async function readStreamState(manager: JetStreamManager, stream: OutcomeStream): Promise<StreamState> {
  const state = await findStreamState(manager, stream);
  if (state === undefined) throw new OutcomeFeedError('FEED_UNREACHABLE', `There is no stream ${stream.name}.`);
  return state;
}
