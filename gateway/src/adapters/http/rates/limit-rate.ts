import { ConnectError } from '@connectrpc/connect';
import { type Exchange, type ExchangeHandler, hasLeft } from '../exchange.ts';
import type { RateLimits } from './rate-limits.ts';

/** Answers a call that came too fast, as its protocol does. */
export type Refuse = (exchange: Exchange, error: ConnectError) => void;

/** Lets only those calls through to the handler that their rates allow. What they send is not read before. */
export function limitRate(handler: ExchangeHandler, rates: RateLimits | undefined, refuse: Refuse): ExchangeHandler {
  if (rates === undefined) return handler;
  return async exchange => {
    try {
      await rates.enter(exchange);
    } catch (error) {
      if (!hasLeft(exchange)) refuse(exchange, ConnectError.from(error));
      return;
    }
    await handler(exchange);
  };
}
