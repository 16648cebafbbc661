import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { announceStreams } from '../announced-streams.ts';
import { HeaderBlockFilter } from './header-block-filter.ts';
import { Http2ProtocolError } from './http2-protocol-error.ts';

/** How long a block of headers may take that fills more than one frame. It is held until it is complete. */
const BLOCK_TIMEOUT_MS = 10_000;

type WriteCallback = (error?: Error | null) => void;

export interface GuardedSocketOptions {
  /**
   * The SETTINGS_MAX_HEADER_LIST_SIZE of the server: 8 to 32 KiB. Node applies it once the client has acknowledged the
   * settings; until then the server has to look by itself.
   */
  readonly maxHeaderBytes: number;
  /** What the client is told as SETTINGS_MAX_CONCURRENT_STREAMS: less than the server's own. */
  readonly announcedStreams: number;
  readonly blockTimeoutMs?: number;
}

/**
 * A client's connection with the filter on what comes from it, and fewer streams than the server takes in what it is
 * told: for a server of HTTP/2, in the place of the socket.
 */
export class HeaderGuardedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #filter: HeaderBlockFilter;
  readonly #announcedStreams: number;
  readonly #blockTimeoutMs: number;
  /** Of a write that the socket has no room for yet. */
  #writeCallback: WriteCallback | undefined;
  #blockTimer: NodeJS.Timeout | undefined;
  #hasLeft = false;
  #hasBegun = false;

  constructor(socket: Socket, options: GuardedSocketOptions) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#filter = new HeaderBlockFilter(options.maxHeaderBytes);
    this.#announcedStreams = options.announcedStreams;
    this.#blockTimeoutMs = options.blockTimeoutMs ?? BLOCK_TIMEOUT_MS;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#leave());
    socket.on('drain', () => this.#callBack());
    socket.on('error', error => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#announce(chunk);
    if (this.#hasLeft || this.#socket.write(chunk)) callback();
    else this.#writeCallback = callback;
  }

  override _writev(chunks: { chunk: Buffer }[], callback: WriteCallback): void {
    if (this.#hasLeft) {
      callback();
      return;
    }
    this.#announce(chunks[0]?.chunk);
    this.#socket.cork();
    const hasRoom = chunks.map(({ chunk }) => this.#socket.write(chunk)).every(Boolean);
    this.#socket.uncork();
    if (hasRoom) callback();
    else this.#writeCallback = callback;
  }

  override _final(callback: WriteCallback): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    clearTimeout(this.#blockTimer);
    this.#socket.destroy();
    this.#callBack();
    callback(error);
  }

  #announce(written: Buffer | undefined): void {
    if (!this.#hasBegun && written !== undefined) announceStreams(written, this.#announcedStreams);
    this.#hasBegun = true;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const bytes of this.#filter.filter(chunk)) {
        if (!this.push(bytes)) this.#socket.pause();
      }
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    this.#limitBlock();
  }

  #limitBlock(): void {
    if (this.#filter.isInBlock) {
      this.#blockTimer ??= setTimeout(() => {
        this.destroy(new Http2ProtocolError('A block of headers took too long.'));
      }, this.#blockTimeoutMs);
    } else if (this.#blockTimer !== undefined) {
      clearTimeout(this.#blockTimer);
      this.#blockTimer = undefined;
    }
  }

  /**
   * Its client has ended the connection: nobody waits for more than what is written already. The server of HTTP/2 must
   * not learn of that by the end of this stream: Node would shut it down while the server may still write, which ends
   * the process (an assertion of `JSStreamSocket`).
   */
  #leave(): void {
    this.#hasLeft = true;
    this.#socket.end(() => this.destroy());
    this.#callBack();
  }

  #callBack(): void {
    const callback = this.#writeCallback;
    this.#writeCallback = undefined;
    callback?.();
  }
}
