import type { Message } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { createContextValues } from '@connectrpc/connect';
import { waitMsOf } from '@vigie/alert/wire';
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

/** How long the answer may take as the request itself asks to wait: a convention of Vigie's protos. */
export function withWait(timeoutMs: number, request: Message): number {
  return timeoutMs + waitMsOf(request as { readonly wait?: Duration });
}
