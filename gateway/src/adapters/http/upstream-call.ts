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
