import type { Pool as PoolClass } from 'undici';
import { Pool } from './undici-pool.ts';

export interface VideoServerLimits {
  /** Most connections at once; further reads wait for one. */
  readonly maxConnections: number;
  /** How long the server may take to connect, to begin its answer, and between two pieces of it. */
  readonly readTimeoutMs: number;
}

const KEEP_ALIVE_MS = 30_000;

/** Connections to one video server, kept alive. */
export function openVideoServerPool(origin: string, { maxConnections, readTimeoutMs }: VideoServerLimits): PoolClass {
  return new Pool(origin, {
    connections: maxConnections,
    connectTimeout: readTimeoutMs,
    headersTimeout: readTimeoutMs,
    bodyTimeout: readTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    allowH2: false,
  });
}
