import { Code, type ConnectError } from '@connectrpc/connect';
import type { FeedEvent, FeedPosition, FeedReader } from '@vigie/outcome-feed';
import type { WatchAlertsResponse } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { rpcError } from '@vigie/service-kit/grpc';
import { limitSending } from '@vigie/service-kit/http-listener';
import type { Exchange } from '../exchange.ts';
import type { EncodedResponses } from './encoded-responses.ts';
import type { WatchFormat } from './watch-format.ts';

/** Of one write: enough to be quick, little enough for the others to have their turn. */
const WRITE_BYTES = 64 * 1024;

/** What all watches of a gateway share. */
export interface WatchOwner {
  readonly encoded: EncodedResponses;
  /** There is something to write to this watch. */
  queue(watch: OpenWatch): void;
  /** The error as a client may see it. */
  describe(thrown: unknown): ConnectError;
  /** Its response is closed. */
  forget(watch: OpenWatch): void;
}

/** One watch of a client. There may be ten thousand, so it has no timer, signal or generator of its own. */
export class OpenWatch {
  /** Waits for its turn to write. */
  isQueued = false;
  readonly #owner: WatchOwner;
  readonly #exchange: Exchange;
  readonly #format: WatchFormat;
  #reader: FeedReader<WatchAlertsResponse> | undefined;
  /** `full`: the client has to read before more is written. */
  #state: 'open' | 'full' | 'ended' = 'open';
  #wroteSinceBeat = false;
  /** Of what was written last. */
  #position: FeedPosition | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(owner: WatchOwner, exchange: Exchange, format: WatchFormat) {
    this.#owner = owner;
    this.#exchange = exchange;
    this.#format = format;
    exchange.response.on('close', () => {
      this.#leave();
      owner.forget(this);
    });
  }

  start(reader: FeedReader<WatchAlertsResponse>, timeoutMs: number | undefined): void {
    this.#reader = reader;
    // Few have one: a watch is meant to last.
    if (timeoutMs !== undefined) this.#deadline = setTimeout(() => this.end(deadlineExceeded()), timeoutMs);
    this.#owner.queue(this);
  }

  /** Writes what there is and the client takes, as much as fits into one write. */
  write(): void {
    if (this.#reader === undefined) return;
    // A client that doesn't read is told all the same, and then cut off.
    if (this.#state === 'full' && this.#reader.error !== undefined) this.end(this.#reader.error);
    if (this.#state !== 'open') return;
    const frames: Buffer[] = [];
    let sizeBytes = 0;
    let failure: unknown;
    try {
      while (sizeBytes < WRITE_BYTES) {
        const event = this.#reader.read();
        if (event === undefined) break;
        const frame = this.#frameOf(event);
        frames.push(frame);
        sizeBytes += frame.byteLength;
      }
    } catch (error) {
      failure = error;
    }
    if (frames.length > 0) this.#send(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
    if (failure !== undefined) this.end(failure);
    else if (sizeBytes >= WRITE_BYTES) this.#owner.queue(this);
  }

  /** Shows on a quiet connection that it is alive. */
  beat(): void {
    const { heartbeat } = this.#format;
    const isQuiet = this.#state === 'open' && this.#exchange.response.headersSent && !this.#wroteSinceBeat;
    if (isQuiet && heartbeat === 'progress') this.#sendPosition(this.#reader?.findProgress() ?? this.#position);
    else if (isQuiet && heartbeat instanceof Buffer) this.#send(heartbeat);
    this.#wroteSinceBeat = false;
  }

  /** Gives a watch that seldom gets an outcome a newer resume token. */
  tellProgress(): void {
    this.#sendPosition(this.#state === 'open' ? this.#reader?.findProgress() : undefined);
  }

  end(thrown: unknown): void {
    if (this.#state === 'ended') return;
    this.#leave();
    this.#format.end(this.#exchange, this.#owner.describe(thrown));
    limitSending(this.#exchange.response, this.#exchange.sendTimeoutMs);
  }

  #sendPosition(position: FeedPosition | undefined): void {
    if (position === undefined) return;
    this.#position = position;
    this.#send(this.#owner.encoded.frame({ position }, this.#format));
  }

  #frameOf(event: FeedEvent<WatchAlertsResponse>): Buffer {
    const { encoded } = this.#owner;
    const isFirst = this.#position === undefined;
    this.#position = event.position;
    return isFirst && event.outcome === undefined
      ? encoded.readyFrame(event.position, this.#format)
      : encoded.frame(event, this.#format);
  }

  #send(bytes: Buffer): void {
    const { response } = this.#exchange;
    if (!response.headersSent) response.writeHead(200, { ...this.#format.head });
    this.#wroteSinceBeat = true;
    if (response.write(bytes)) return;
    this.#state = 'full';
    response.once('drain', () => {
      if (this.#state !== 'full') return;
      this.#state = 'open';
      this.#owner.queue(this);
    });
  }

  #leave(): void {
    this.#state = 'ended';
    this.#reader?.close();
    this.#reader = undefined;
    clearTimeout(this.#deadline);
  }
}

function deadlineExceeded(): ConnectError {
  return rpcError(Code.DeadlineExceeded, 'The watch has reached its deadline.', { reason: 'DEADLINE_EXCEEDED' });
}
