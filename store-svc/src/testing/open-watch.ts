import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type {
  AlertService,
  WatchAlertsRequestSchema,
  WatchAlertsResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';

export interface OpenWatch extends AsyncDisposable {
  /** @throws ConnectError once the watch has failed */
  next(): Promise<WatchAlertsResponse>;
}

/** Resolves once the server says that the watch has begun. */
export async function openWatch(
  client: Client<typeof AlertService>,
  request: MessageInitShape<typeof WatchAlertsRequestSchema>,
): Promise<OpenWatch> {
  const abort = new AbortController();
  const responses = client.watchAlerts(request, { signal: abort.signal })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await responses.next();
    if (done) throw new Error('The watch has ended.');
    return value;
  };
  const first = await next();
  if (first.alert !== undefined) throw new Error('The first response is an outcome.');
  return {
    next,
    async [Symbol.asyncDispose]() {
      abort.abort();
    },
  };
}
