import { createContextKey } from '@connectrpc/connect';

/** The headers that a call's response will have, whatever it ends with. */
export const responseHeaderKey = createContextKey<Headers | undefined>(undefined, { description: 'response header' });
