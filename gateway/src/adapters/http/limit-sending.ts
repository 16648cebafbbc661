import { constants } from 'node:http2';
import { type Exchange, http2StreamOf } from './exchange.ts';

/**
 * Cuts the response, which is whole, when the client takes too long to read it: until it is sent it is kept in memory.
 */
export function limitSending({ response, sendTimeoutMs, signal }: Exchange): void {
  if (signal.aborted) return;
  const timer = setTimeout(() => {
    const stream = http2StreamOf(response);
    if (stream === undefined) response.destroy();
    else stream.close(constants.NGHTTP2_CANCEL);
  }, sendTimeoutMs);
  response.once('close', () => clearTimeout(timer));
}
