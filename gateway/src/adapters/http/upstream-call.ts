import type { IncomingMessage } from 'node:http';
import { createContextValues } from '@connectrpc/connect';
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

export function headersOf({ headers }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // `Headers` refuses HTTP/2's pseudo headers.
    if (value === undefined || name.startsWith(':')) continue;
    for (const each of [value].flat()) result.append(name, each);
  }
  return result;
}
