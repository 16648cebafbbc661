import { type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { RPC_WATCH_FORMATS } from '../watch/rpc-watch-formats.ts';
import type { WatchFormat } from '../watch/watch-format.ts';

interface DecodedWatch {
  readonly request: WatchAlertsRequest;
  readonly timeoutMs: number | undefined;
}

const decodedKey = createContextKey<DecodedWatch | undefined>(undefined, { description: 'decoded watch' });

/**
 * The implementation of WatchAlerts for Connect: it has checked and decoded the request, and then has nothing more to
 * do. What its pipeline keeps of a call, 20 KB, is too much for ten thousand of them.
 */
export async function* handOver(request: WatchAlertsRequest, context: HandlerContext): AsyncIterable<never> {
  context.values.set(decodedKey, { request, timeoutMs: context.timeoutMs() });
  yield* [];
}

/** The watch that a call asks for; undefined if Connect has an answer of its own, which is then an error. */
export function findHandedOver(
  values: ContextValues,
  { header }: UniversalServerResponse,
): (DecodedWatch & { readonly format: WatchFormat }) | undefined {
  const decoded = values.get(decodedKey);
  const format = RPC_WATCH_FORMATS.get(new Headers(header).get('content-type') ?? '');
  return decoded === undefined || format === undefined ? undefined : { ...decoded, format };
}
