import { createContextKey } from '@connectrpc/connect';

/** The key under which a call carries what sends the headers of its answer before the first message. */
export const sendHeadKey = createContextKey<() => void>(() => undefined, { description: 'send head' });
