import { randomUUID } from 'node:crypto';
import { settlesWithin, unlessAborted } from '@vigie/service-kit/async';
import type { AlertAttempt } from '../../domain/alert-attempt.ts';
import type { AlertDelivery } from '../../domain/alert-delivery.ts';
import { type AttemptHistory, type NotedAttempts, nextAttempt } from '../../domain/attempt-history.ts';
import type { AttemptJournal, BegunAttempt } from '../../ports/attempt-journal.ts';
import type { AttemptsStream } from './attempts-stream.ts';
import { readUnderWay, UnderWayMark } from './under-way-mark.ts';

/**
 * A process ends long before its messages are delivered again, so what was read of the others within this time is as
 * good as new.
 */
const MARKS_MAX_AGE_MS = 500;
/** NATS may be gone when the service stops. */
const GOODBYE_MS = 500;

/**
 * Keeps the journal on a stream. Of each process there is a mark that lists the alerts that it is probing, written
 * before their probes begin, for many at once; so an alert that succeeds at first costs no message of its own. Only one
 * that is retried has a note.
 */
export class JetStreamAttemptJournal implements AttemptJournal, AsyncDisposable {
  readonly #stream: AttemptsStream;
  readonly #processId = randomUUID();
  readonly #mark: UnderWayMark;
  readonly #stopping = new AbortController();
  #marks: { readonly readAt: number; readonly underWay: Promise<ReadonlyMap<number, readonly number[]>> } | undefined;

  constructor(stream: AttemptsStream) {
    this.#stream = stream;
    this.#mark = new UnderWayMark(payload => stream.writeOfProcess(this.#processId, payload, this.#stopping.signal));
  }

  async begin(delivery: AlertDelivery, signal?: AbortSignal): Promise<BegunAttempt> {
    const { streamSequence, deliveries } = delivery;
    const history = deliveries === 1 ? NO_HISTORY : await this.#read(streamSequence, signal);
    using stack = new DisposableStack();
    stack.defer(() => this.#mark.remove(streamSequence));
    await unlessAborted(this.#mark.add(streamSequence, deliveries), signal);
    const survived = stack.move();
    return {
      attempt: { ...delivery, ...nextAttempt(history, deliveries) },
      [Symbol.dispose]: () => survived.dispose(),
    };
  }

  async note({ streamSequence, attempts, deliveries, isSuspect }: AlertAttempt, signal?: AbortSignal): Promise<void> {
    const note: NotedAttempts = { attempts, delivery: deliveries, isSuspect };
    await this.#stream.writeOfAlert(streamSequence, note, signal);
  }

  /** The process ends because it was told to: nothing that it still probes is the reason. */
  async [Symbol.asyncDispose](): Promise<void> {
    await settlesWithin(this.#mark.clear(), GOODBYE_MS);
    this.#stopping.abort();
  }

  async #read(streamSequence: number, signal: AbortSignal | undefined): Promise<AttemptHistory> {
    const [note, marks] = await Promise.all([
      this.#stream.readOfAlert(streamSequence, signal),
      unlessAborted(this.#readMarks(), signal),
    ]);
    return { noted: readNote(note), underWay: marks.get(streamSequence) ?? [] };
  }

  /** Shared by all who ask at about the same time. */
  #readMarks(): Promise<ReadonlyMap<number, readonly number[]>> {
    const now = performance.now();
    if (this.#marks === undefined || now - this.#marks.readAt > MARKS_MAX_AGE_MS) {
      const marks = this.#stream.readOfOtherProcesses(this.#processId, this.#stopping.signal);
      this.#marks = { readAt: now, underWay: marks.then(readUnderWay) };
    }
    return this.#marks.underWay;
  }
}

const NO_HISTORY: AttemptHistory = { noted: undefined, underWay: [] };

/** A note that nobody of this version wrote counts as none. */
function readNote(note: unknown): NotedAttempts | undefined {
  const { attempts, delivery, isSuspect } = (note ?? {}) as Partial<NotedAttempts>;
  if (typeof attempts !== 'number' || typeof delivery !== 'number') return undefined;
  return { attempts, delivery, isSuspect: isSuspect === true };
}
