import { JetStreamApiError, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { headersOf, publishStored } from '@vigie/service-kit/nats';

const PUB_ACK_TIMEOUT_MS = 30_000;

/** The stream took no more. */
export class ReplayStoppedError extends Error {
  override readonly name = 'ReplayStoppedError';
  /** All up to this position are published. */
  readonly doneThrough: number;

  constructor(message: string, doneThrough: number, options: ErrorOptions) {
    super(message, options);
    this.doneThrough = doneThrough;
  }
}

/**
 * Publishes messages in their order. Resolves once all are on disk. Many are on their way at once: the server syncs its
 * disk for each.
 *
 * @throws ReplayStoppedError if one isn't stored
 */
export async function publishAgain(client: JetStreamClient, messages: readonly JsMsg[]): Promise<void> {
  const results = await Promise.allSettled(
    messages.map(message => {
      const options = { headers: ownHeaders(message), timeout: PUB_ACK_TIMEOUT_MS };
      return publishStored(client, message.subject, message.data, options);
    }),
  );
  const failed = results.findIndex(({ status }) => status === 'rejected');
  if (failed === -1) return;
  const { reason } = results[failed] as PromiseRejectedResult;
  const why = reason instanceof JetStreamApiError ? `The stream refuses it: ${reason.message}` : String(reason);
  throw new ReplayStoppedError(why, (messages[failed] as JsMsg).seq - 1, { cause: reason });
}

/**
 * The message's own, without those that are for nats-server: with its `Nats-Msg-Id` it would count as the client's
 * alert sent again, which changes nothing.
 */
function ownHeaders(message: JsMsg): MsgHdrs {
  const own = headers();
  const had = headersOf(message);
  for (const name of had?.keys() ?? []) {
    if (/^nats-/i.test(name)) continue;
    for (const value of had?.values(name) ?? []) own.append(name, value);
  }
  return own;
}
