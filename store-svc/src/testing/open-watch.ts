import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import {
  type AlertService,
  WatchAlertsResponse_Event as Event,
  type WatchAlertsRequestSchema,
  type WatchAlertsResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';

export interface OpenWatch extends AsyncDisposable {
  /** The next outcome; that the watch is quiet meanwhile is passed over. @throws ConnectError once it has failed */
  next(): Promise<WatchAlertsResponse>;
}

/** Resolves once the server says that the watch has begun. */
export async function openWatch(
  client: Client<typeof AlertService>,
  request: MessageInitShape<typeof WatchAlertsRequestSchema>,
): Promise<OpenWatch> {
  const abort = new AbortController();
  const responses = client.watchAlerts(request, { signal: abort.signal })[Symbol.asyncIterator]();
  const nextOf = async (event: Event): Promise<WatchAlertsResponse> => {
    for (;;) {
      const { value, done } = await responses.next();
      if (done) throw new Error('The watch has ended.');
      if (value.event === event) return value;
      if (value.event !== Event.PROGRESS) throw new Error(`The watch says ${value.event}, not ${event}.`);
    }
  };
  await nextOf(Event.READY);
  return {
    next: () => nextOf(Event.OUTCOME),
    async [Symbol.asyncDispose]() {
      abort.abort();
    },
  };
}
