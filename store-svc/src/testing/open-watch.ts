import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type {
  AlertStoreService,
  WatchAlertsRequestSchema,
  WatchAlertsResponse,
} from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';

export interface OpenWatch extends AsyncDisposable {
  /** @throws ConnectError once the watch has failed */
  next(): Promise<WatchAlertsResponse>;
}

/** Resolves once the server says that the watch stands. */
export async function openWatch(
  client: Client<typeof AlertStoreService>,
  request: MessageInitShape<typeof WatchAlertsRequestSchema>,
): Promise<OpenWatch> {
  const abort = new AbortController();
  const established = Promise.withResolvers<unknown>();
  const responses = client
    .watchAlerts(request, { signal: abort.signal, onHeader: established.resolve })
    [Symbol.asyncIterator]();
  let ahead: Promise<IteratorResult<WatchAlertsResponse>> | undefined = responses.next();
  await Promise.race([established.promise, ahead]);
  return {
    async next() {
      const { value, done } = await (ahead ?? responses.next());
      ahead = undefined;
      if (done) throw new Error('The watch has ended.');
      return value;
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await ahead?.catch(() => undefined);
    },
  };
}
