import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';

/**
 * The headers of a message, as far as there are any. A server takes whatever bytes are sent as headers; the client
 * throws at a name that isn't printable ASCII, whenever one looks, and such a message counts as one without headers.
 */
export function headersOf(message: Pick<JsMsg, 'headers'>): MsgHdrs | undefined {
  try {
    return message.headers;
  } catch {
    return undefined;
  }
}
