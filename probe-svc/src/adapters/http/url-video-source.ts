import type { Pool } from 'undici';
import { type ReadOptions, type VideoReader, type VideoSource, VideoSourceError } from '../../ports/video-source.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { HttpVideoReader } from './http-video-reader.ts';
import { openVideoServerPool, type VideoServerLimits } from './video-server-pool.ts';

export interface UrlVideoSourceOptions extends VideoServerLimits {
  readonly metrics: HttpMetrics;
}

/** Videos by their http(s) URLs, on any server. For whoever may choose servers: an alert may not. */
export class UrlVideoSource implements VideoSource, AsyncDisposable {
  readonly #options: UrlVideoSourceOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: UrlVideoSourceOptions) {
    this.#options = options;
  }

  open(video: string, options: ReadOptions): VideoReader {
    if (!URL.canParse(video)) return unreadable('this is no URL');
    const { origin, pathname, search } = new URL(video);
    const { metrics } = this.#options;
    return new HttpVideoReader({ ...options, pool: this.#poolOf(origin), origin, path: pathname + search, metrics });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()));
  }

  #poolOf(origin: string): Pool {
    const pool = this.#pools.get(origin) ?? openVideoServerPool(origin, this.#options);
    this.#pools.set(origin, pool);
    return pool;
  }
}

function unreadable(message: string): VideoReader {
  return {
    async read() {
      throw new VideoSourceError('VIDEO_NOT_FOUND', message);
    },
  };
}
