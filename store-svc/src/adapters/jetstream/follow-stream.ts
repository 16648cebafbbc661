import { addAbortListener } from 'node:events';
import type { JsMsg } from '@nats-io/jetstream';
import { EVERYTHING, OutcomeFeedError } from '@vigie/outcome-feed';
import { pause } from '@vigie/service-kit/async';
import { openOutcomeConsumer } from './outcome-consumer.ts';
import { findStreamState, type JetStreamParts, type OutcomeStream, subjectsOf } from './outcome-streams.ts';

const READ_AHEAD = 500;
/** A consumer that its server has forgotten is missed after this long. */
const PULL_EXPIRES_MS = 5_000;
const REOPEN_PAUSE_MS = 500;

/**
 * All messages of a stream after a sequence, in their order and each once, over restarts of nats-server and lost
 * consumers. While the stream can't be read it waits; it ends when the signal aborts.
 *
 * @throws OutcomeFeedError OUTCOMES_LOST if messages were removed before they were read
 */
export async function* followStream(
  parts: JetStreamParts,
  stream: OutcomeStream,
  afterSequence: number,
  signal: AbortSignal,
): AsyncIterable<JsMsg> {
  let next = afterSequence + 1;
  let isLost = false;
  while (!signal.aborted) {
    try {
      for await (const message of readFrom(parts, stream, next, signal)) {
        if (message.seq > next) await expectKept(parts, stream, next);
        next = message.seq + 1;
        isLost = false;
        yield message;
      }
    } catch (error) {
      if (error instanceof OutcomeFeedError && error.reason === 'OUTCOMES_LOST') throw error;
      if (!isLost && !signal.aborted) {
        parts.logger.warn({ err: error, stream: stream.name }, 'consumer of watches lost, opening it again');
      }
      isLost = true;
    }
    await pause(REOPEN_PAUSE_MS, signal);
  }
}

/** Ends also if a message was lost on its way: it has no acks, so nobody delivers it again. */
async function* readFrom(
  parts: JetStreamParts,
  stream: OutcomeStream,
  sequence: number,
  signal: AbortSignal,
): AsyncIterable<JsMsg> {
  await using opened = await openOutcomeConsumer(parts, stream, subjectsOf(stream, EVERYTHING), sequence);
  const messages = await opened.consumer.consume({
    max_messages: READ_AHEAD,
    expires: PULL_EXPIRES_MS,
    abort_on_missing_resource: true,
  });
  using _ = addAbortListener(signal, () => void messages.close());
  let delivered = 0;
  for await (const message of messages) {
    if (message.info.deliverySequence !== ++delivered) return;
    yield message;
  }
}

/** Of a sequence that was passed over: a message that was deleted alone is nobody's loss, one that was trimmed is. */
async function expectKept({ manager }: JetStreamParts, stream: OutcomeStream, sequence: number): Promise<void> {
  const state = await findStreamState(manager, stream);
  if (state !== undefined && state.firstSequence <= sequence) return;
  throw new OutcomeFeedError('OUTCOMES_LOST', `${stream.name} has lost what comes from ${sequence} on.`);
}
