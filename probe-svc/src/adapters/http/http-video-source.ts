import type { Pool } from 'undici';
import type { ReadOptions, VideoReader, VideoSource } from '../../ports/video-source.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { HttpVideoReader } from './http-video-reader.ts';
import { encodeVideoPath } from './video-path.ts';
import { openVideoServerPool, type VideoServerLimits } from './video-server-pool.ts';

export interface HttpVideoSourceOptions extends VideoServerLimits {
  /** Of the video server; a path in it stands before every video's own. */
  readonly url: string;
  readonly metrics: HttpMetrics;
}

/** Videos on one HTTP server, read in ranges over connections that are kept alive. */
export class HttpVideoSource implements VideoSource, AsyncDisposable {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #metrics: HttpMetrics;

  constructor({ url, metrics, ...limits }: HttpVideoSourceOptions) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#metrics = metrics;
    this.#pool = openVideoServerPool(origin, limits);
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
