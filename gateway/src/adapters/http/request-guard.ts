import type { DescMethod } from '@bufbuild/protobuf';
import type { Admission, AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from './exchange.ts';

export interface RequestGuardParts {
  readonly calls: Admission;
  /** Of server streams, which are many and idle, and last for days. */
  readonly streams: Admission;
}

/** What every request has to pass before its body is read. */
export class RequestGuard {
  readonly #parts: RequestGuardParts;

  constructor(parts: RequestGuardParts) {
    this.#parts = parts;
  }

  /**
   * @returns the call, which is over when its response is
   * @throws ConnectError RESOURCE_EXHAUSTED while too many calls are in flight
   */
  enter(exchange: Exchange, kind: DescMethod['methodKind']): AdmittedCall {
    // A client that is gone closes no response any more.
    exchange.signal.throwIfAborted();
    const { calls, streams } = this.#parts;
    const call = (kind === 'server_streaming' ? streams : calls).admit(exchange.caller);
    exchange.call = call;
    exchange.response.on('close', () => call[Symbol.dispose]());
    return call;
  }
}
