import type { IncomingMessage } from 'node:http';
import { createContextValues } from '@connectrpc/connect';
import type { UpstreamCall } from '../../api/upstreams.ts';
import type { Exchange } from './exchange.ts';
import { exchangeKey } from './exchange-key.ts';

/** A call on behalf of the caller of an exchange, whose headers it takes along. */
export function upstreamCall(
  exchange: Exchange,
  { signal, timeoutMs }: Pick<UpstreamCall, 'signal' | 'timeoutMs'>,
): UpstreamCall {
  const contextValues = createContextValues().set(exchangeKey, exchange);
  return { signal, timeoutMs, header: headersOf(exchange.request), contextValues };
}

function headersOf({ headers }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2's pseudo headers are no headers for the platform.
    if (value === undefined || name.startsWith(':')) continue;
    for (const each of [value].flat()) result.append(name, each);
  }
  return result;
}
