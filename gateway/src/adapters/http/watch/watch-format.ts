import type { ConnectError } from '@connectrpc/connect';
import type { WatchAlertsResponse } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { Exchange } from '../exchange.ts';

/** How one protocol sends a watch. All watches of a protocol share the format, and what it has encoded. */
export interface WatchFormat {
  /** Headers of the response, which are sent with the first message. */
  readonly head: Readonly<Record<string, string>>;
  /**
   * Sent on a quiet connection to show that it is alive; `progress` is a message with the latest resume token again.
   * Absent if the format has nothing for that.
   */
  readonly heartbeat: Buffer | 'progress' | undefined;
  encode(message: WatchAlertsResponse): Buffer;
  /** Ends the response with an error, whether or not anything was sent before. */
  end(exchange: Exchange, error: ConnectError): void;
}
