import { createContextKey } from '@connectrpc/connect';
import type { Exchange } from './exchange.ts';

/** The key under which a call carries the exchange that it belongs to. */
export const exchangeKey = createContextKey<Exchange | undefined>(undefined, { description: 'exchange' });
