import { JetStreamApiError, type JetStreamClient, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import type { FinalStatus, FinishedAlert } from '@vigie/alert';
import type { StreamName } from '@vigie/alert/streams';
import { decodeQuarantinedRecord, storeToken } from '@vigie/alert/streams';
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
    read: message => decodeOutcomePayload(message.data),
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

/** What the stream has of the filter; empty if there can be nothing. */
export function subjectsOf({ prefixes }: OutcomeStream, { store, statuses }: OutcomeFilter): string[] {
  const token = store === undefined ? '*' : storeToken(store);
  return statuses.flatMap(status => (prefixes[status] === undefined ? [] : [`${prefixes[status]}.${token}`]));
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
