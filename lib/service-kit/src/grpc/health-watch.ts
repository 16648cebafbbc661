import { create, type Message } from '@bufbuild/protobuf';
import { Client, type ClientOptions, credentials, status as Status } from '@grpc/grpc-js';
import {
  Health,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@vigie/proto/health/v1/health_pb.ts';
import { deserializer, methodPath, serializer } from './rpc-method.ts';

/** What a server says of itself: nothing yet, that it serves, or that it doesn't. */
export type ServingState = 'unknown' | 'serving' | 'not-serving';

/** Of one connection. */
type Channel = NonNullable<ClientOptions['channelOverride']>;

/** A watch that was cut while its connection is open: the server stops, or is in trouble. */
const RETRY_MS = 1_000;

const { watch } = Health.method;

/**
 * Follows `grpc.health.v1.Health/Watch` of the server at the end of a connection until it is disposed of. A server
 * without that service, or without room for the watch, counts as serving.
 *
 * https://github.com/grpc/proposal/blob/master/A17-client-side-health-checking.md
 */
export class HealthWatch implements Disposable {
  readonly #client: Client;
  readonly #onState: (state: ServingState) => void;
  #cancel = (): void => {};
  #retryTimer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(channel: Channel, onState: (state: ServingState) => void) {
    this.#client = new Client(channel.getTarget(), credentials.createInsecure(), { channelOverride: channel });
    this.#onState = onState;
    this.#open();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#retryTimer);
    this.#cancel();
  }

  #open(): void {
    const call = this.#client.makeServerStreamRequest<Message, Message>(
      methodPath(watch),
      serializer(watch.input),
      deserializer(watch.output),
      // The empty name is the whole process.
      create(HealthCheckRequestSchema),
    );
    this.#cancel = () => call.cancel();
    call.on('data', (response: HealthCheckResponse) => {
      this.#report(response.status === ServingStatus.SERVING ? 'serving' : 'not-serving');
    });
    // The status, which follows, says the same.
    call.on('error', () => {});
    call.once('status', ({ code }) => {
      if (code === Status.UNIMPLEMENTED) return this.#report('serving');
      // A server that has no room for one more watch says nothing of its health by that; others hold the places.
      this.#report(code === Status.RESOURCE_EXHAUSTED ? 'serving' : 'not-serving');
      if (this.#disposed) return;
      this.#retryTimer = setTimeout(() => this.#open(), RETRY_MS);
      this.#retryTimer.unref();
    });
  }

  #report(state: ServingState): void {
    if (!this.#disposed) this.#onState(state);
  }
}
