import type { FinalStatus } from '@vigie/alert';
import type { FeedPosition } from '../feed-position.ts';
import { partOf } from '../feed-position.ts';
import type { FeedEvent, FeedSource } from '../feed-source.ts';
import { OutcomeFeedError } from '../outcome-feed-error.ts';
import { matches, type OutcomeFilter } from '../outcome-filter.ts';

type Sequences = readonly [outcomes: number, quarantine: number];

export function positionAt([outcomes, quarantine]: Sequences, createdMs = 1): FeedPosition {
  return { outcomes: { sequence: outcomes, createdMs }, quarantine: { sequence: quarantine, createdMs } };
}

interface Follower {
  readonly queue: FeedEvent<string>[];
  wake: () => void;
  error: Error | undefined;
}

interface FoundOptions {
  readonly tenant?: string;
  readonly sizeBytes?: number;
  readonly labels?: readonly string[];
}

/** Two streams in memory: what is found goes to all who follow, and stays for those who catch up. */
export class ScriptedSource implements FeedSource<string> {
  /** Subscriptions that are open now. */
  followers = 0;
  catchUps = 0;
  /** Catch-ups wait until this resolves. */
  catchUpGate: Promise<void> = Promise.resolve();
  readonly #found: FeedEvent<string>[] = [];
  readonly #following = new Set<Follower>();
  #sequences: [number, number] = [0, 0];

  get position(): FeedPosition {
    return positionAt(this.#sequences);
  }

  find(
    value: string,
    store = 'store-1',
    status: FinalStatus = 'PROCESSED',
    { tenant = 'default', sizeBytes = 1, labels = [] }: FoundOptions = {},
  ): FeedPosition {
    this.#sequences[partOf(status) === 'outcomes' ? 0 : 1]++;
    const event = { outcome: { value, tenant, store, labels, status, sizeBytes }, position: this.position };
    this.#found.push(event);
    this.#send(event);
    return event.position;
  }

  /** The followers learn that nothing else came. */
  advance(): void {
    this.#send({ position: this.position });
  }

  fail(error: Error): void {
    for (const follower of this.#following) {
      follower.error = error;
      follower.wake();
    }
  }

  async *follow(signal: AbortSignal): AsyncIterable<FeedEvent<string>> {
    const follower: Follower = { queue: [{ position: this.position }], wake: () => {}, error: undefined };
    this.#following.add(follower);
    this.followers++;
    signal.addEventListener('abort', () => follower.wake());
    try {
      while (!signal.aborted) {
        const woken = new Promise<void>(resolve => {
          follower.wake = resolve;
        });
        if (follower.error !== undefined) throw follower.error;
        const event = follower.queue.shift();
        if (event === undefined) await woken;
        else yield event;
      }
    } finally {
      this.#following.delete(follower);
      this.followers--;
    }
  }

  async *catchUp(filter: OutcomeFilter, after: FeedPosition, signal: AbortSignal): AsyncIterable<FeedEvent<string>> {
    if (after.outcomes.createdMs !== this.position.outcomes.createdMs) {
      throw new OutcomeFeedError('RESUME_TOKEN_OF_LOST_STREAM', 'another stream', { position: positionAt([0, 0]) });
    }
    this.catchUps++;
    try {
      yield { position: after };
      await this.catchUpGate;
      for (let index = 0; !signal.aborted; ) {
        const event = this.#found[index++];
        if (event === undefined) {
          yield { position: this.position };
          index--;
          await new Promise(setImmediate);
        } else if (isAfter(event, after)) {
          const isWanted = event.outcome !== undefined && matches(filter, event.outcome);
          yield isWanted ? event : { position: event.position };
        }
      }
    } finally {
      this.catchUps--;
    }
  }

  #send(event: FeedEvent<string>): void {
    for (const follower of this.#following) {
      follower.queue.push(event);
      follower.wake();
    }
  }
}

function isAfter({ outcome, position }: FeedEvent<string>, after: FeedPosition): boolean {
  const part = outcome && partOf(outcome.status);
  return part !== undefined && position[part].sequence > after[part].sequence;
}
