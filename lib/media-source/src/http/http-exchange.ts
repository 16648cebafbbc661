import { addAbortListener } from 'node:events';
import type { Dispatcher, Pool } from 'undici';
import type { BodyWindow } from './body-window.ts';
import { contentLengthOf, type ResponseHeaders } from './response-headers.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** What was kept of the body; `undefined` if nothing of it was wanted. */
  readonly window: BodyWindow | undefined;
  /** The body was read to its end. */
  readonly ended: boolean;
}

export interface HttpRequest {
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Says, once the head of the answer is there, what of its body is wanted. Throwing drops the connection. */
  readonly chooseWindow: (status: number, headers: ResponseHeaders) => BodyWindow | undefined;
  readonly signal: AbortSignal;
}

/**
 * An unwanted body, such as that of an error page, is read to its end if it is no longer: cheaper than another
 * connection.
 */
const MAX_DRAINED_BYTES = 64 * 1024;

/** The rest of a body is not wanted. */
const ENOUGH = new Error('enough was read');

/**
 * Sends one GET and takes what is wanted of its body. Rejects with undici's error if the answer doesn't come or breaks
 * off, with the error of `chooseWindow`, or with the signal's reason.
 */
export function exchange(pool: Pool, request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { path, headers } = request;
    const options = { method: 'GET', path, headers } as Dispatcher.DispatchOptions;
    pool.dispatch(options, new ExchangeHandler(request, resolve, reject));
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #abortListener: Disposable;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #window: BodyWindow | undefined;
  #drainedBytes = 0;

  constructor(request: HttpRequest, resolve: (answer: HttpAnswer) => void, reject: (error: unknown) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#abortListener = addAbortListener(request.signal, () => this.#abort());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#request.signal.aborted) controller.abort(ENOUGH);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    // 103 and its like come before the answer.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#window = this.#request.chooseWindow(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#window === undefined) {
      this.#drainedBytes += chunk.length;
      if (this.#drainedBytes > MAX_DRAINED_BYTES) this.#leave(controller);
      return;
    }
    this.#window.push(chunk);
    if (this.#window.full && this.#window.receivedBytes !== contentLengthOf(this.#headers)) this.#leave(controller);
  }

  onResponseEnd(): void {
    this.#finish(true);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#abortListener[Symbol.dispose]();
    this.#reject(error);
  }

  #leave(controller: Dispatcher.DispatchController): void {
    this.#finish(false);
    controller.abort(ENOUGH);
  }

  #finish(ended: boolean): void {
    this.#abortListener[Symbol.dispose]();
    this.#resolve({ status: this.#status, headers: this.#headers, window: this.#window, ended });
  }

  // The request may still wait for a connection and can't be aborted yet: `onRequestStart` does it later.
  #abort(): void {
    this.#reject(this.#request.signal.reason);
    this.#controller?.abort(ENOUGH);
  }
}
