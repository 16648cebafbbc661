import type { JsMsg } from '@nats-io/jetstream';
import { type FinishedAlert, labelTexts } from '@vigie/alert';
import { MalformedMessageError } from '@vigie/alert/wire';
import {
  type FeedEvent,
  type FeedPart,
  type FeedPosition,
  type FeedSource,
  matches,
  OutcomeFeedError,
  type OutcomeFeedErrorReason,
  type OutcomeFilter,
  type StreamPosition,
} from '@vigie/outcome-feed';
import { pause } from '@vigie/service-kit/async';
import { followStream } from './follow-stream.ts';
import { mergeAsTheyCome } from './merge-as-they-come.ts';
import {
  findStreamState,
  type JetStreamParts,
  OUTCOME_STREAMS,
  type OutcomeStream,
  readStreamState,
  type StreamState,
  subjectsOf,
} from './outcome-streams.ts';
import { expectKept, readBacklog } from './read-backlog.ts';

/** How soon it is noticed that a stream was deleted or made anew. */
const CHECK_INTERVAL_MS = 1_000;
/** Watches end, instead of falling silent, once the streams have given no answer for so long. */
const SILENCE_LIMIT_MS = 10_000;
/** Between two looks for what came while everything before it was read. */
const CATCH_UP_PAUSE_MS = 200;
const RESUME_TOKEN_REASONS: readonly OutcomeFeedErrorReason[] = ['RESUME_TOKEN_EXPIRED', 'RESUME_TOKEN_OF_LOST_STREAM'];

type StreamStates = Readonly<Record<FeedPart, StreamState>>;

/**
 * Outcomes from the streams OUTCOMES and QUARANTINE. Messages that are no record are passed over: the malformed ones in
 * quarantine have no uid to be known by.
 */
export class JetStreamOutcomeSource implements FeedSource<FinishedAlert> {
  readonly #parts: JetStreamParts;

  constructor(parts: JetStreamParts) {
    this.#parts = parts;
  }

  async *follow(signal: AbortSignal): AsyncIterable<FeedEvent<FinishedAlert>> {
    let position = endOf(await this.#readStates());
    yield { position };
    const lost = new AbortController();
    const isOver = AbortSignal.any([signal, lost.signal]);
    void this.#watchStreams(position, isOver).catch(error => lost.abort(error));
    try {
      const followed = OUTCOME_STREAMS.map(stream => this.#follow(stream, position, isOver));
      for await (const { stream, message } of mergeAsTheyCome(followed)) {
        position = moveOn(position, stream, message.seq);
        yield this.#toEvent(stream, message, position);
      }
      lost.signal.throwIfAborted();
    } finally {
      lost.abort(signal.reason);
    }
  }

  async *catchUp(
    filter: OutcomeFilter,
    after: FeedPosition,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<FinishedAlert>> {
    try {
      yield* this.#readBacklogs(filter, after, signal);
    } catch (error) {
      if (!(error instanceof OutcomeFeedError) || !RESUME_TOKEN_REASONS.includes(error.reason)) throw error;
      const position = oldestPosition(await this.#readStates(), after);
      throw new OutcomeFeedError(error.reason, error.message, { cause: error, position });
    }
  }

  async *#readBacklogs(
    filter: OutcomeFilter,
    after: FeedPosition,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<FinishedAlert>> {
    const watched = OUTCOME_STREAMS.map(stream => ({ stream, subjects: subjectsOf(stream, filter) })).filter(
      ({ subjects }) => subjects.length > 0,
    );
    const states = await this.#readStates();
    for (const { stream } of watched) expectKept(states[stream.part], after[stream.part]);
    let position = after;
    yield { position };
    while (!signal.aborted) {
      for (const { stream, subjects } of watched) {
        const backlog = { stream, subjects, after: position[stream.part] };
        for await (const { message, sequence } of readBacklog(this.#parts, backlog)) {
          position = moveOn(position, stream, sequence);
          if (message !== undefined) yield onlyIfWanted(this.#toEvent(stream, message, position), filter);
        }
      }
      yield { position };
      await pause(CATCH_UP_PAUSE_MS, signal);
    }
  }

  async *#follow(stream: OutcomeStream, position: FeedPosition, signal: AbortSignal) {
    const { sequence } = position[stream.part];
    for await (const message of followStream(this.#parts, stream, sequence, signal)) yield { stream, message };
  }

  /** Rejects once a stream isn't the one any more that `start` was found in, or gives no answer for too long. */
  async #watchStreams(start: FeedPosition, signal: AbortSignal): Promise<void> {
    let answeredAt = performance.now();
    while (!signal.aborted) {
      try {
        for (const stream of OUTCOME_STREAMS) await this.#expectSame(stream, start[stream.part]);
        answeredAt = performance.now();
      } catch (error) {
        const isLost = error instanceof OutcomeFeedError && error.reason === 'OUTCOMES_LOST';
        if (isLost || performance.now() - answeredAt > SILENCE_LIMIT_MS) throw error;
      }
      await pause(CHECK_INTERVAL_MS, signal);
    }
  }

  /** @throws OutcomeFeedError OUTCOMES_LOST */
  async #expectSame(stream: OutcomeStream, { createdMs }: StreamPosition): Promise<void> {
    const state = await findStreamState(this.#parts.manager, stream);
    if (state?.createdMs === createdMs) return;
    throw new OutcomeFeedError('OUTCOMES_LOST', `The stream ${stream.name} was deleted or made anew.`);
  }

  async #readStates(): Promise<StreamStates> {
    const { manager } = this.#parts;
    const states = await Promise.all(
      OUTCOME_STREAMS.map(async stream => [stream.part, await readStreamState(manager, stream)]),
    );
    return Object.fromEntries(states) as StreamStates;
  }

  #toEvent(stream: OutcomeStream, message: JsMsg, position: FeedPosition): FeedEvent<FinishedAlert> {
    const value = this.#tryRead(stream, message);
    if (value === undefined) return { position };
    const { alert, outcome } = value;
    const labels = labelTexts(alert.labels);
    return {
      outcome: {
        ...{ value, tenant: alert.tenant, store: alert.store, labels },
        ...{ status: outcome.status, sizeBytes: message.data.byteLength },
      },
      position,
    };
  }

  #tryRead({ read }: OutcomeStream, message: JsMsg): FinishedAlert | undefined {
    try {
      return read(message);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      const { subject, seq } = message;
      this.#parts.logger.debug({ subject, streamSequence: seq, why: error.message }, 'no record, passed over');
      return undefined;
    }
  }
}

/** Subjects say less than a filter does. */
function onlyIfWanted<T>(event: FeedEvent<T>, filter: OutcomeFilter): FeedEvent<T> {
  const { outcome, position } = event;
  return outcome === undefined || matches(filter, outcome) ? event : { position };
}

function endOf({ outcomes, quarantine }: StreamStates): FeedPosition {
  const end = ({ lastSequence, createdMs }: StreamState) => ({ sequence: lastSequence, createdMs });
  return { outcomes: end(outcomes), quarantine: end(quarantine) };
}

function moveOn(position: FeedPosition, { part }: OutcomeStream, sequence: number): FeedPosition {
  return { ...position, [part]: { ...position[part], sequence } };
}

/** The position nearest to `after` from which everything is still kept. */
function oldestPosition(states: StreamStates, after: FeedPosition): FeedPosition {
  const oldest = (part: FeedPart) => {
    const { createdMs, firstSequence, lastSequence } = states[part];
    const first = Math.max(0, firstSequence - 1);
    const isOfStream = after[part].createdMs === createdMs && after[part].sequence <= lastSequence;
    return { createdMs, sequence: isOfStream ? Math.max(first, after[part].sequence) : first };
  };
  return { outcomes: oldest('outcomes'), quarantine: oldest('quarantine') };
}
