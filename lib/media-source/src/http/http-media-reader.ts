import type { Pool } from 'undici';
import type { WantedRange } from '../byte-range.ts';
import {
  MediaChangedError,
  type MediaReader,
  type MediaSlice,
  MediaSourceError,
  type ReadOptions,
} from '../media-source.ts';
import { ReadBudgetExceededError } from '../read-budget.ts';
import { BodyWindow } from './body-window.ts';
import { BrokenReadError, toBrokenRead } from './broken-read-error.ts';
import { parseContentRange } from './content-range.ts';
import { exchange, type HttpAnswer } from './http-exchange.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { conditionFor, differ, type MediaVersion, unchangedForMs, versionOf } from './media-version.ts';
import { findRedirectTarget, isRedirect } from './redirect.ts';
import { contentLengthOf, headerOf, type ResponseHeaders } from './response-headers.ts';
import { unreachableStatus } from './unreachable-status.ts';

export interface HttpMediaReaderParts extends ReadOptions {
  readonly pool: Pool;
  readonly origin: string;
  /** As it is sent in a request. */
  readonly path: string;
  /** Flat names and values. */
  readonly authorization: readonly string[];
  readonly metrics: HttpMetrics;
}

/**
 * A kept-alive connection may close just as it is used, and of several servers behind one name one may be down. A
 * request that timed out isn't repeated at once: a server that is too slow for one request is slower for three.
 */
const TRIES = 3;
const MAX_REDIRECTS = 3;
const CONSTANT_HEADERS = ['accept-encoding', 'identity', 'user-agent', 'vigie-probe'];

export class HttpMediaReader implements MediaReader {
  readonly #parts: HttpMediaReaderParts;
  #path: string;
  #version: MediaVersion | undefined;

  constructor(parts: HttpMediaReaderParts) {
    this.#parts = parts;
    this.#path = parts.path;
  }

  async read(range: WantedRange, maxBytes: number): Promise<MediaSlice> {
    for (let triesLeft = TRIES - 1; ; triesLeft--) {
      try {
        return await this.#readOnce(range, maxBytes);
      } catch (error) {
        this.#parts.signal.throwIfAborted();
        if (!(error instanceof BrokenReadError)) throw error;
        const { message, timedOut } = error;
        if (timedOut || triesLeft === 0) {
          throw new MediaSourceError('UNREACHABLE', message, { cause: error, timedOut });
        }
      }
    }
  }

  async #readOnce(range: WantedRange, maxBytes: number): Promise<MediaSlice> {
    let path = this.#path;
    for (let redirectsLeft = MAX_REDIRECTS; ; redirectsLeft--) {
      const answer = await this.#ask(path, range, maxBytes);
      if (!isRedirect(answer.status)) {
        const slice = this.#understand(answer, range);
        this.#path = path;
        return { ...slice, unchangedForMs: unchangedForMs(answer.headers) };
      }
      if (redirectsLeft === 0) throw unreachable(`the video server redirects more than ${MAX_REDIRECTS} times`);
      path = findRedirectTarget(this.#parts.origin, path, headerOf(answer.headers, 'location'));
    }
  }

  async #ask(path: string, range: WantedRange, maxBytes: number): Promise<HttpAnswer> {
    const { pool, signal, meter, metrics } = this.#parts;
    let window: BodyWindow | undefined;
    let result: number | 'broken' = 'broken';
    meter.requests++;
    try {
      const answer = await exchange(pool, {
        path,
        headers: this.#requestHeaders(range),
        signal,
        chooseWindow: (status, headers) => {
          window = this.#chooseWindow(range, maxBytes, status, headers);
          return window;
        },
      });
      result = answer.status;
      return answer;
    } catch (error) {
      throw isOurOwn(error) ? error : toBrokenRead(error);
    } finally {
      meter.bytesRead += window?.receivedBytes ?? 0;
      metrics.countRequest(result);
    }
  }

  #requestHeaders({ offset, lengthBytes }: WantedRange): readonly string[] {
    const range = `bytes=${offset}-${offset + lengthBytes - 1}`;
    const condition = this.#version === undefined ? [] : conditionFor(this.#version);
    return ['range', range, ...CONSTANT_HEADERS, ...this.#parts.authorization, ...condition];
  }

  #chooseWindow(
    range: WantedRange,
    maxBytes: number,
    status: number,
    headers: ResponseHeaders,
  ): BodyWindow | undefined {
    if (status !== 200 && status !== 206) return undefined;
    const encoding = headerOf(headers, 'content-encoding') ?? 'identity';
    if (encoding !== 'identity')
      throw unreachable(`the video server sends ${encoding} where the file itself was asked for`);
    return status === 206 ? this.#windowOfPart(range, headers) : this.#windowOfWhole(range, maxBytes, headers);
  }

  #windowOfPart({ offset, lengthBytes }: WantedRange, headers: ResponseHeaders): BodyWindow {
    const part = parseContentRange(headerOf(headers, 'content-range'));
    if (part?.kind !== 'range') throw unreachable('the video server answers 206 without saying which range it sends');
    this.#checkVersion(versionOf(headers, part.sizeBytes));
    if (part.first !== offset) {
      throw unreachable(`the video server sends bytes from ${part.first} on where ${offset} was asked for`);
    }
    return new BodyWindow(0, Math.min(lengthBytes, part.last - part.first + 1));
  }

  /** The server ignores ranges: its answer has to be read through from the file's start. */
  #windowOfWhole({ offset, lengthBytes }: WantedRange, maxBytes: number, headers: ResponseHeaders): BodyWindow {
    this.#checkVersion(versionOf(headers, contentLengthOf(headers)));
    const keepBytes = Math.min(lengthBytes, maxBytes - offset);
    if (keepBytes <= 0) {
      throw new ReadBudgetExceededError(
        `the video server ignores ranges, and the header goes on at byte ${offset}: too far to read through to`,
      );
    }
    return new BodyWindow(offset, keepBytes);
  }

  #checkVersion(version: MediaVersion): void {
    if (this.#version === undefined) this.#version = version;
    else if (differ(this.#version, version)) throw new MediaChangedError('the file was replaced while it was read');
  }

  #understand(answer: HttpAnswer, range: WantedRange): MediaSlice {
    const { status, headers, window } = answer;
    if (status === 206 && window !== undefined) return this.#sliceOfPart(window);
    if (status === 200 && window !== undefined) return sliceOfWhole(answer, window);
    if (status === 416) return this.#sliceOfNothing(headers, range);
    if (status === 404 || status === 410) {
      throw new MediaSourceError('NOT_FOUND', `the video server has no such file (${status})`);
    }
    if (status === 412) throw new MediaChangedError('the file was replaced while it was read');
    throw unreachableStatus(status, headers);
  }

  #sliceOfPart(window: BodyWindow): MediaSlice {
    if (!window.full) throw new BrokenReadError('the video server sent less than it had announced');
    return {
      bytes: window.bytes(),
      sizeBytes: this.#version?.sizeBytes ?? null,
      costBytes: window.receivedBytes,
    };
  }

  /** Nothing of the range is in the file. */
  #sliceOfNothing(headers: ResponseHeaders, { offset }: WantedRange): MediaSlice {
    const stated = parseContentRange(headerOf(headers, 'content-range'));
    // Only an empty file has no byte 0, whether the server says its size or not.
    const sizeBytes = stated?.kind === 'unsatisfied' ? stated.sizeBytes : offset === 0 ? 0 : null;
    this.#checkVersion(versionOf(headers, sizeBytes));
    if (sizeBytes === null || sizeBytes > offset) {
      throw unreachable(`the video server can't send bytes from ${offset} on, though the file should have them`);
    }
    return { bytes: NO_BYTES, sizeBytes, costBytes: 0 };
  }
}

const NO_BYTES = new Uint8Array(0);

function sliceOfWhole({ ended, headers }: HttpAnswer, window: BodyWindow): MediaSlice {
  const sizeBytes = contentLengthOf(headers) ?? (ended ? window.receivedBytes : null);
  return { bytes: window.bytes(), sizeBytes, costBytes: window.receivedBytes };
}

function unreachable(message: string): MediaSourceError {
  return new MediaSourceError('UNREACHABLE', message);
}

function isOurOwn(error: unknown): boolean {
  return (
    error instanceof MediaSourceError || error instanceof MediaChangedError || error instanceof ReadBudgetExceededError
  );
}
