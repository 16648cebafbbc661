import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import type { Alert } from '@vigie/alert';
import { alertToProto } from '@vigie/alert/wire';
import { AlertService, type StreamAlertsResponse } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { ANSWER_TIMEOUT_MS, type EntryPoint, RefusedError } from './entry-point.ts';

/** One long `AlertService.StreamAlerts` call that all alerts share; a new one is opened when it breaks. */
export class StreamEntryPoint implements EntryPoint, Disposable {
  readonly #transport: ChannelTransport;
  readonly #client: Client<typeof AlertService>;
  #call: StreamCall | undefined;

  /** @param target as grpc-js resolves it */
  constructor(target: string) {
    this.#transport = new ChannelTransport({
      address: target,
      services: [AlertService],
      defaultTimeoutMs: ANSWER_TIMEOUT_MS,
    });
    this.#client = createClient(AlertService, this.#transport);
  }

  send(alert: Alert): Promise<void> {
    if (this.#call === undefined || this.#call.isOver) this.#call = new StreamCall(this.#client);
    return this.#call.send(alert);
  }

  [Symbol.dispose](): void {
    this.#call?.end();
    this.#transport[Symbol.dispose]();
  }
}

interface Waiting {
  readonly alert: Alert;
  readonly answered: PromiseWithResolvers<void>;
}

class StreamCall {
  readonly #abort = new AbortController();
  /** Sent and not answered yet, in the order of the answers to come. */
  readonly #waiting: Waiting[] = [];
  readonly #unsent: Waiting[] = [];
  #onUnsent = (): void => {};

  constructor(client: Client<typeof AlertService>) {
    void this.#run(client);
  }

  get isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  send(alert: Alert): Promise<void> {
    const answered = Promise.withResolvers<void>();
    this.#unsent.push({ alert, answered });
    this.#onUnsent();
    // Answers come in order: if one does not come, no later one will.
    const timer = setTimeout(() => this.end(), ANSWER_TIMEOUT_MS);
    return answered.promise.finally(() => clearTimeout(timer));
  }

  end(): void {
    this.#abort.abort();
    this.#onUnsent();
  }

  async #run(client: Client<typeof AlertService>): Promise<void> {
    let fault: unknown;
    try {
      const answers = client.streamAlerts(this.#requests(), { signal: this.#abort.signal });
      for await (const answer of answers) this.#resolve(answer);
    } catch (error) {
      fault = error;
    }
    this.end();
    const code = fault === undefined ? 'no answer' : `gRPC ${Code[ConnectError.from(fault).code]}`;
    for (const { answered } of [...this.#waiting.splice(0), ...this.#unsent.splice(0)]) {
      answered.reject(new RefusedError(code, fault));
    }
  }

  async *#requests() {
    while (!this.isOver) {
      const next = this.#unsent.shift();
      if (next === undefined) {
        await new Promise<void>(resolve => {
          this.#onUnsent = resolve;
        });
        continue;
      }
      this.#waiting.push(next);
      yield { alert: alertToProto(next.alert) };
    }
  }

  #resolve({ result }: StreamAlertsResponse): void {
    const answered = this.#waiting.shift()?.answered;
    const outcome = result?.outcome;
    if (outcome?.case === 'accepted') answered?.resolve();
    else answered?.reject(new RefusedError(`gRPC ${Code[outcome?.value?.code ?? Code.Unknown]}`));
  }
}
