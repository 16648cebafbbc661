import { createContextKey } from '@connectrpc/connect';
import type { Exchange } from './exchange.ts';

/** Leads from a call to the exchange that it belongs to. */
export const exchangeKey = createContextKey<Exchange | undefined>(undefined, { description: 'exchange' });
