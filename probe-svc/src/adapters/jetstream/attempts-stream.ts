import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { type Backoff, retry } from '@vigie/service-kit/async';
import { publishStored } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';

export interface AttemptsStreamParts {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly replicas: number;
  readonly logger: Logger;
}

const STREAM = 'ATTEMPTS';
/** The subjects of the stream, each with a last message that counts. */
const ALERT = 'attempts.alert.';
const PROCESS = 'attempts.process.';

/** Some 400,000 alerts between two attempts; of more, the oldest are forgotten and begin anew. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Longer than the longest pause between two attempts, and than all replicas are down as a rule. */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1_000;
const OUTAGE: Backoff = { baseMs: 50, maxMs: 5_000 };

/**
 * The last words about each alert and each process: what a key-value bucket of NATS is, without its history and its
 * own subjects. Every call waits until the stream is in reach, and rejects with the signal's reason on abort.
 */
export class AttemptsStream {
  readonly #parts: AttemptsStreamParts;

  constructor(parts: AttemptsStreamParts) {
    this.#parts = parts;
  }

  /** Creates it, or brings its settings up to date. */
  async ensure(): Promise<void> {
    const { manager, replicas } = this.#parts;
    const config = { ...CONFIG, num_replicas: replicas };
    await manager.streams.add(config).catch(async error => {
      if (!isNameInUse(error)) throw error;
      await manager.streams.update(STREAM, config);
    });
  }

  async writeOfAlert(streamSequence: number, payload: object, signal?: AbortSignal): Promise<void> {
    await this.#write(`${ALERT}${streamSequence}`, payload, signal);
  }

  async writeOfProcess(id: string, payload: object, signal?: AbortSignal): Promise<void> {
    await this.#write(`${PROCESS}${id}`, payload, signal);
  }

  async readOfAlert(streamSequence: number, signal?: AbortSignal): Promise<unknown> {
    return await this.#whenInReach(() => this.#last(`${ALERT}${streamSequence}`), signal);
  }

  /** Of all processes but one. */
  async readOfOtherProcesses(id: string, signal?: AbortSignal): Promise<unknown[]> {
    return await this.#whenInReach(async () => {
      const { state } = await this.#parts.manager.streams.info(STREAM, { subjects_filter: `${PROCESS}*` });
      const others = Object.keys(state.subjects ?? {}).filter(subject => subject !== `${PROCESS}${id}`);
      return await Promise.all(others.map(subject => this.#last(subject)));
    }, signal);
  }

  async #write(subject: string, payload: object, signal: AbortSignal | undefined): Promise<void> {
    const text = JSON.stringify(payload);
    await this.#whenInReach(() => publishStored(this.#parts.client, subject, text, {}), signal);
  }

  async #last(subject: string): Promise<unknown> {
    return (await this.#parts.manager.direct.getMessage(STREAM, { last_by_subj: subject }))?.json();
  }

  /** Someone may have deleted the stream: then it is created anew. */
  #whenInReach<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return retry(
      async attempt => {
        if (attempt > 1) await this.ensure();
        return await call();
      },
      {
        backoff: OUTAGE,
        signal,
        onRetry: ({ error, attempt }) => {
          if (attempt === 1)
            this.#parts.logger.warn({ err: error, stream: STREAM }, 'stream out of reach, waiting for it');
        },
      },
    );
  }
}

const CONFIG: Partial<StreamConfig> & { name: string } = {
  name: STREAM,
  subjects: [`${ALERT}*`, `${PROCESS}*`],
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_msgs_per_subject: 1,
  max_bytes: MAX_BYTES,
  max_age: nanos(MAX_AGE_MS),
  allow_direct: true,
};

/** JetStream's error 10058: a stream of this name has another configuration. */
function isNameInUse(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10058;
}
