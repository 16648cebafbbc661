import type { DescMethod } from '@bufbuild/protobuf';
import type { Admissions, AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from './exchange.ts';

/** What every request has to pass before its body is read. */
export class RequestGuard {
  readonly #admissions: Admissions;

  constructor(admissions: Admissions) {
    this.#admissions = admissions;
  }

  /**
   * @returns the call, which is over when its response is, or what goes on after that
   * @throws ConnectError RESOURCE_EXHAUSTED while too many calls are in flight
   */
  enter(exchange: Exchange, kind: DescMethod['methodKind']): AdmittedCall {
    // A client that is gone closes no response any more.
    exchange.signal.throwIfAborted();
    const call = this.#admissions.admit(exchange.caller, kind);
    exchange.call = call;
    exchange.response.on('close', () => {
      if (exchange.attempt === undefined) call[Symbol.dispose]();
      else void exchange.attempt.ended.promise.then(() => call[Symbol.dispose]());
    });
    return call;
  }
}
