import { createRequire } from 'node:module';
import type { Pool as PoolClass } from 'undici';

/**
 * undici's Pool alone. The package as a whole also loads fetch, WebSocket, EventSource and caches: 15 MB of memory for
 * what nobody here uses.
 */
export const Pool = createRequire(import.meta.url)('undici/lib/dispatcher/pool.js') as typeof PoolClass;
