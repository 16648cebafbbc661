import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { FinalStatus, FinishedAlert } from '@vigie/alert';
import type { StreamName } from '@vigie/alert/streams';
import { decodeQuarantinedRecord, storeToken } from '@vigie/alert/streams';
import { decodeOutcomePayload, MalformedMessageError } from '@vigie/alert/wire';
import type { Logger } from '@vigie/service-kit/telemetry';
import {
  type FeedItem,
  type FeedPosition,
  type OutcomeFeed,
  OutcomeFeedError,
  type OutcomeFilter,
} from '../../ports/outcome-feed.ts';
import { mergeAsTheyCome } from './merge-as-they-come.ts';

/** Messages fetched ahead of a watcher that reads slowly. */
const READ_AHEAD = 100;

/** One of the two streams that outcomes travel on. */
interface Source {
  readonly stream: StreamName;
  /** The stream's part of a position. */
  readonly part: keyof FeedPosition;
  readonly prefixes: Readonly<Partial<Record<FinalStatus, string>>>;
  /** @throws MalformedMessageError */
  readonly read: (message: JsMsg) => FinishedAlert;
}

const SOURCES: readonly Source[] = [
  {
    stream: 'OUTCOMES',
    part: 'outcomes',
    prefixes: { PROCESSED: 'alerts.processed', FAILED: 'alerts.failed' },
    read: message => decodeOutcomePayload(message.data),
  },
  {
    stream: 'QUARANTINE',
    part: 'quarantine',
    prefixes: { QUARANTINED: 'alerts.quarantined' },
    read: decodeQuarantinedRecord,
  },
];

export interface OutcomeFeedParts {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly logger: Logger;
}

/**
 * Outcomes from the streams OUTCOMES and QUARANTINE, an ordered consumer each, merged as they come. Messages that are
 * no record are passed over: the malformed ones in quarantine have no uid to be known by.
 */
export class JetStreamOutcomeFeed implements OutcomeFeed {
  readonly #parts: OutcomeFeedParts;

  constructor(parts: OutcomeFeedParts) {
    this.#parts = parts;
  }

  async watch(filter: OutcomeFilter, after: FeedPosition | undefined, signal: AbortSignal) {
    await using opened = new AsyncDisposableStack();
    try {
      const start = await this.#findStart(filter, after);
      const watched = await Promise.all(
        SOURCES.filter(source => subjectsOf(source, filter).length > 0).map(async source => {
          const consumer = await this.#openConsumer(source, filter, start);
          // Else the server keeps it for minutes.
          opened.defer(() => void consumer.delete().catch(() => undefined));
          const messages = await consumer.consume({ max_messages: READ_AHEAD });
          opened.defer(() => void messages.close());
          return { source, messages };
        }),
      );
      return { start, items: this.#read(watched, start, signal, opened.move()) };
    } catch (error) {
      if (error instanceof OutcomeFeedError) throw error;
      throw new OutcomeFeedError('FEED_UNREACHABLE', 'The streams of outcomes give no answer.', { cause: error });
    }
  }

  /** Where each stream is read from: both, so that a resumed watch may ask for other statuses. */
  async #findStart(filter: OutcomeFilter, after: FeedPosition | undefined): Promise<FeedPosition> {
    const position = { outcomes: 0, quarantine: 0 };
    for (const source of SOURCES) {
      const { state } = await this.#parts.manager.streams.info(source.stream);
      const resumed = after?.[source.part];
      const isWatched = subjectsOf(source, filter).length > 0;
      if (resumed !== undefined && isWatched && (resumed + 1 < state.first_seq || resumed > state.last_seq)) {
        throw new OutcomeFeedError('RESUME_TOKEN_EXPIRED', 'Outcomes after this position are no longer kept.');
      }
      position[source.part] = resumed ?? state.last_seq;
    }
    return position;
  }

  #openConsumer(source: Source, filter: OutcomeFilter, start: FeedPosition): Promise<Consumer> {
    return this.#parts.client.consumers.get(source.stream, {
      filter_subjects: subjectsOf(source, filter),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: start[source.part] + 1,
    });
  }

  async *#read(
    watched: readonly { source: Source; messages: ConsumerMessages }[],
    start: FeedPosition,
    signal: AbortSignal,
    opened: AsyncDisposableStack,
  ): AsyncIterable<FeedItem> {
    await using _ = opened;
    const close = (): void => {
      for (const { messages } of watched) void messages.close();
    };
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
    try {
      const position = { ...start };
      for await (const { source, message } of mergeAsTheyCome(watched.map(labelled))) {
        if (signal.aborted) return;
        position[source.part] = message.seq;
        const record = this.#tryRead(source, message);
        if (record !== undefined) yield { record, position: { ...position } };
      }
    } finally {
      signal.removeEventListener('abort', close);
    }
  }

  #tryRead(source: Source, message: JsMsg): FinishedAlert | undefined {
    try {
      return source.read(message);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      const { subject, seq } = message;
      this.#parts.logger.debug({ subject, streamSequence: seq, why: error.message }, 'no record, passed over');
      return undefined;
    }
  }
}

async function* labelled({ source, messages }: { source: Source; messages: ConsumerMessages }) {
  for await (const message of messages) yield { source, message };
}

function subjectsOf({ prefixes }: Source, { store, statuses }: OutcomeFilter): string[] {
  const token = store === undefined ? '*' : storeToken(store);
  return statuses.flatMap(status => (prefixes[status] === undefined ? [] : [`${prefixes[status]}.${token}`]));
}
