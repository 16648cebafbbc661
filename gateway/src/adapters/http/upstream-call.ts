import type { Message } from '@bufbuild/protobuf';
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import { createContextValues } from '@connectrpc/connect';
import { headersOf } from '@vigie/service-kit/http-listener';
import type { UpstreamCall } from '../../api/upstreams.ts';
import type { Exchange } from './exchange.ts';
import { exchangeKey } from './exchange-key.ts';

/** A call that takes the headers of the exchange's caller along. */
export function upstreamCall(
  exchange: Exchange,
  { signal, timeoutMs }: Pick<UpstreamCall, 'signal' | 'timeoutMs'>,
): UpstreamCall {
  const contextValues = createContextValues().set(exchangeKey, exchange);
  return { signal, timeoutMs, header: headersOf(exchange.request), contextValues };
}

/** Of the services: who asks for more is given this. */
const MAX_WAIT_MS = 60_000;

/** How long the answer may take as the request itself asks to wait: a convention of Vigie's protos. */
export function withWait(timeoutMs: number, request: Message): number {
  const { wait } = request as { readonly wait?: Duration };
  return wait === undefined ? timeoutMs : timeoutMs + Math.min(Math.max(durationMs(wait), 0), MAX_WAIT_MS);
}
