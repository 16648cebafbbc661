import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { unlessAborted } from '@vigie/service-kit/async';
import { DevEnvError } from '../dev-env-error.ts';
import type { AlertRecordJson } from './alert-record.ts';

/**
 * The outcomes of a store's alerts as the gateway streams them, one JSON object a line: one request instead of many
 * polls.
 */
export class OutcomeWatch implements AsyncDisposable {
  readonly #ended = new AbortController();
  readonly #wanted = new Map<string, (record: AlertRecordJson) => void>();
  readonly #reading: Promise<void>;

  /** Resolves once the watch has begun: no later outcome is missed. */
  static async begin(gatewayUrl: string, store: string): Promise<OutcomeWatch> {
    const url = `${gatewayUrl}/v1/alerts:watch?stores=${encodeURIComponent(store)}`;
    const ended = new AbortController();
    const response = await fetch(url, { signal: ended.signal });
    if (!response.ok || response.body === null) {
      throw new DevEnvError(`The gateway refused ${url}: ${response.status} ${await response.text()}`);
    }
    const input = Readable.fromWeb(response.body as ReadableStream);
    const lines = createInterface({ input })[Symbol.asyncIterator]();
    // The first line says that the watch has begun.
    await lines.next();
    return new OutcomeWatch(lines, ended);
  }

  private constructor(lines: AsyncIterator<string>, ended: AbortController) {
    this.#ended = ended;
    this.#reading = this.#read(lines);
    // Whoever disposes of the watch gets the reason.
    this.#reading.catch(() => {});
  }

  /** @returns undefined if there is no outcome before `signal` aborts */
  outcomeOf(uid: string, signal: AbortSignal): Promise<AlertRecordJson | undefined> {
    const outcome = Promise.withResolvers<AlertRecordJson>();
    this.#wanted.set(uid, outcome.resolve);
    // The outcome never fails, so that only the signal can be the reason.
    return unlessAborted(outcome.promise, signal).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#reading;
  }

  async #read(lines: AsyncIterator<string>): Promise<void> {
    try {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const { alert } = JSON.parse(line.value) as { alert?: AlertRecordJson };
        if (alert !== undefined) this.#wanted.get(alert.uid)?.(alert);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error;
    }
  }
}
