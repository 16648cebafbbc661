import type { Pool } from 'undici';
import type { MediaReader, MediaSource, ReadOptions } from '../media-source.ts';
import { authorizationOf } from './authorization.ts';
import { HttpMediaReader } from './http-media-reader.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { encodeMediaPath } from './media-path.ts';
import { openVideoServerPool, type VideoServerLimits } from './video-server-pool.ts';

export interface HttpMediaSourceOptions extends VideoServerLimits {
  /** Of the video server; a path in it is put before every video's own, a user and a password are sent to it. */
  readonly url: string;
  readonly metrics: HttpMetrics;
}

/** Videos on one HTTP server, read in ranges over connections that are kept alive. */
export class HttpMediaSource implements MediaSource, AsyncDisposable {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #authorization: readonly string[];
  readonly #metrics: HttpMetrics;

  constructor({ url, metrics, ...limits }: HttpMediaSourceOptions) {
    const server = new URL(url);
    this.#origin = server.origin;
    this.#authorization = authorizationOf(server);
    this.#prefix = server.pathname.replace(/\/+$/, '');
    this.#metrics = metrics;
    this.#pool = openVideoServerPool(this.#origin, limits);
  }

  open(video: string, options: ReadOptions): MediaReader {
    return new HttpMediaReader({
      ...options,
      pool: this.#pool,
      origin: this.#origin,
      path: this.#prefix + encodeMediaPath(video),
      authorization: this.#authorization,
      metrics: this.#metrics,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
