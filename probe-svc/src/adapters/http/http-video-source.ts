import type { Pool as PoolClass } from 'undici';
import type { ReadOptions, VideoReader, VideoSource } from '../../ports/video-source.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { HttpVideoReader } from './http-video-reader.ts';
import { Pool } from './undici-pool.ts';
import { encodeVideoPath } from './video-path.ts';

export interface HttpVideoSourceOptions {
  /** Of the video server; a path in it stands before every video's own. */
  readonly url: string;
  /** Most connections at once; further reads wait for one. */
  readonly maxConnections: number;
  /** How long the server may take to connect, to begin its answer, and between two pieces of it. */
  readonly readTimeoutMs: number;
  readonly metrics: HttpMetrics;
}

const KEEP_ALIVE_MS = 30_000;

/** Videos on one HTTP server, read in ranges over connections that are kept alive. */
export class HttpVideoSource implements VideoSource, AsyncDisposable {
  readonly #pool: PoolClass;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #metrics: HttpMetrics;

  constructor({ url, maxConnections, readTimeoutMs, metrics }: HttpVideoSourceOptions) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#metrics = metrics;
    this.#pool = new Pool(origin, {
      connections: maxConnections,
      connectTimeout: readTimeoutMs,
      headersTimeout: readTimeoutMs,
      bodyTimeout: readTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      allowH2: false,
    });
  }

  open(video: string, options: ReadOptions): VideoReader {
    return new HttpVideoReader({
      ...options,
      pool: this.#pool,
      origin: this.#origin,
      path: this.#prefix + encodeVideoPath(video),
      metrics: this.#metrics,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
