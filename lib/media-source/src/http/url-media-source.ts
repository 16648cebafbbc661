import type { Pool } from 'undici';
import { type MediaReader, type MediaSource, MediaSourceError, type ReadOptions } from '../media-source.ts';
import { authorizationOf } from './authorization.ts';
import { HttpMediaReader } from './http-media-reader.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { openVideoServerPool, type VideoServerLimits } from './video-server-pool.ts';

export interface UrlMediaSourceOptions extends VideoServerLimits {
  readonly metrics: HttpMetrics;
}

/**
 * Videos by their http(s) URLs, on any server. For callers that may choose the server, unlike the senders of alerts.
 */
export class UrlMediaSource implements MediaSource, AsyncDisposable {
  readonly #options: UrlMediaSourceOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: UrlMediaSourceOptions) {
    this.#options = options;
  }

  open(video: string, options: ReadOptions): MediaReader {
    if (!URL.canParse(video)) return unreadable('this is no URL');
    const url = new URL(video);
    const { origin, pathname, search } = url;
    return new HttpMediaReader({
      ...options,
      pool: this.#poolOf(origin),
      origin,
      path: pathname + search,
      authorization: authorizationOf(url),
      metrics: this.#options.metrics,
    });
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

function unreadable(message: string): MediaReader {
  return {
    async read() {
      throw new MediaSourceError('NOT_FOUND', message);
    },
  };
}
