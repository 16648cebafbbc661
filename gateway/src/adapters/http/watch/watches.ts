import type { DescMethod, Message } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { ofAllowedStores } from '@vigie/access';
import { translateAccessError } from '@vigie/access/wire';
import { type FeedSource, SharedFeed, type SharedFeedOptions } from '@vigie/outcome-feed';
import { readWatchRequest, translateFeedError } from '@vigie/outcome-feed/wire';
import {
  AlertService,
  type WatchAlertsRequest,
  type WatchAlertsResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { codeNameOf, internalError } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { UpstreamCall } from '../../../api/upstreams.ts';
import type { Exchange } from '../exchange.ts';
import { upstreamCall } from '../upstream-call.ts';
import { countFilter } from './count-filter.ts';
import { EncodedResponses } from './encoded-responses.ts';
import { OpenWatch, type WatchOwner } from './open-watch.ts';
import type { WatchFormat } from './watch-format.ts';
import type { WatchMetrics } from './watch-metrics.ts';

export interface WatchesParts {
  readonly source: FeedSource<WatchAlertsResponse>;
  readonly feedOptions: Omit<SharedFeedOptions, 'turnOver'>;
  /** @throws what the call is refused with */
  readonly admit: (method: DescMethod, message: Message, call: UpstreamCall) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: WatchMetrics;
  /** How often a quiet watch shows that it lives, where its format can. */
  readonly heartbeatMs: number;
  /** Ends all watches; its reason is what they end with. */
  readonly stopping: AbortSignal;
}

/** How long one turn of the event loop may go on writing: other calls wait for so long. */
const TURN_MS = 1;
/** One timer serves all watches, some of them at each of so many ticks. */
const TICKS_PER_BEAT = 15;
/** In beats: how often a watch learns of a newer resume token while it gets no outcome. */
const BEATS_PER_PROGRESS = 4;

/** Whoever waits for a turn to write. */
interface Writer {
  isQueued: boolean;
  write(): void;
}

/** All open watches, of every protocol, over one shared feed. */
export class Watches implements WatchOwner {
  readonly method = AlertService.method.watchAlerts;
  readonly encoded = new EncodedResponses();
  readonly #parts: WatchesParts;
  readonly #feed: SharedFeed<WatchAlertsResponse>;
  /** By the tick at which their beat is due. */
  readonly #open: readonly Set<OpenWatch>[] = Array.from({ length: TICKS_PER_BEAT }, () => new Set());
  #opened = 0;
  #queue: Writer[] = [];
  #isTurnScheduled = false;
  #ticks = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(parts: WatchesParts) {
    this.#parts = parts;
    this.#feed = new SharedFeed(parts.source, { ...parts.feedOptions, turnOver: () => this.#turnOver() });
    parts.stopping.addEventListener('abort', () => {
      for (const watch of this.#all()) watch.end(parts.stopping.reason);
    });
  }

  /** Answers a request with a watch, or with an error, in the format of its protocol. */
  async open(
    exchange: Exchange,
    request: WatchAlertsRequest,
    format: WatchFormat,
    timeoutMs: number | undefined,
  ): Promise<void> {
    const { admit, stopping } = this.#parts;
    const { signal, identity } = exchange;
    try {
      if (identity === undefined) throw new Error('a watch was let in that nobody has asked who it is for');
      await admit(this.method, request, upstreamCall(exchange, { signal, timeoutMs }));
      const { filter, after } = readWatchRequest(ofAllowedStores(identity, request), identity.tenant);
      countFilter(exchange, filter);
      stopping.throwIfAborted();
      // A client that is gone closes no response any more.
      if (signal.aborted) return;
      const watch = new OpenWatch(this, exchange, format);
      this.#add(watch);
      watch.start(
        this.#feed.open(filter, after, () => this.queue(watch)),
        timeoutMs,
      );
    } catch (error) {
      if (!signal.aborted) format.end(exchange, this.describe(error));
    }
  }

  queue(writer: Writer): void {
    if (writer.isQueued) return;
    writer.isQueued = true;
    this.#queue.push(writer);
    this.#scheduleTurn();
  }

  describe(thrown: unknown): ConnectError {
    const known = translateAccessError(thrown) ?? translateFeedError(thrown) ?? thrown;
    if (!(known instanceof ConnectError)) this.#parts.logger.error({ err: thrown }, 'watch failed');
    const error = known instanceof ConnectError ? known : internalError(thrown);
    this.#parts.metrics.countError(codeNameOf(error.code));
    return error;
  }

  forget(watch: OpenWatch): void {
    for (const watches of this.#open) if (watches.delete(watch)) this.#parts.metrics.countClosed();
    if (this.#ticker === undefined || this.#open.some(({ size }) => size > 0)) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #add(watch: OpenWatch): void {
    this.#open[this.#opened++ % TICKS_PER_BEAT]?.add(watch);
    this.#parts.metrics.countOpened();
    this.#ticker ??= setInterval(() => this.#tick(), Math.ceil(this.#parts.heartbeatMs / TICKS_PER_BEAT));
  }

  /** Resolves once whoever is queued now has written. */
  #turnOver(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.queue({ isQueued: false, write: resolve });
    return promise;
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled || this.#queue.length === 0) return;
    this.#isTurnScheduled = true;
    setImmediate(() => {
      this.#isTurnScheduled = false;
      this.#write();
      this.#scheduleTurn();
    });
  }

  /** For one turn, so that an outcome that goes to thousands holds no other call up. */
  #write(): void {
    const startedAt = performance.now();
    const queue = this.#queue;
    this.#queue = [];
    for (const [index, writer] of queue.entries()) {
      if (index % 4 === 3 && performance.now() - startedAt > TURN_MS) {
        // Those that were queued meanwhile come after those that wait already.
        this.#queue = [...queue.slice(index), ...this.#queue];
        return;
      }
      writer.isQueued = false;
      writer.write();
    }
  }

  #tick(): void {
    const tick = this.#ticks++;
    const isProgress = Math.floor(tick / TICKS_PER_BEAT) % BEATS_PER_PROGRESS === BEATS_PER_PROGRESS - 1;
    for (const watch of this.#open[tick % TICKS_PER_BEAT] ?? []) {
      const write = () => {
        if (isProgress) watch.tellProgress();
        watch.beat();
      };
      this.queue({ isQueued: false, write });
    }
  }

  *#all(): Iterable<OpenWatch> {
    for (const watches of this.#open) yield* watches;
  }
}
