import type { DescMethod } from '@bufbuild/protobuf';
import type { AccessControl } from '@vigie/access';
import { scopeOf, translateAccessError } from '@vigie/access/wire';
import type { Admissions, AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from './exchange.ts';

/** What every request has to pass before its body is read. */
export class RequestGuard {
  readonly #admissions: Admissions;
  readonly #access: AccessControl;
  readonly #methods: ReadonlySet<DescMethod>;

  /** @param methods those that need a scope; all others, which are the gateway's own, are open to everybody */
  constructor(admissions: Admissions, access: AccessControl, methods: readonly DescMethod[]) {
    this.#admissions = admissions;
    this.#access = access;
    this.#methods = new Set(methods);
  }

  /**
   * @returns the call, which is over when its response is, or what goes on after that
   * @throws ConnectError UNAUTHENTICATED, PERMISSION_DENIED; RESOURCE_EXHAUSTED while too many calls are in flight
   */
  async enter(exchange: Exchange, method: DescMethod): Promise<AdmittedCall> {
    if (this.#methods.has(method)) await this.#authorize(exchange, method);
    // A client that is gone closes no response any more.
    exchange.signal.throwIfAborted();
    const call = this.#admissions.admit(exchange.caller, method.methodKind);
    exchange.call = call;
    exchange.response.on('close', () => {
      if (exchange.attempt === undefined) call[Symbol.dispose]();
      else void exchange.attempt.ended.promise.then(() => call[Symbol.dispose]());
    });
    return call;
  }

  async #authorize(exchange: Exchange, method: DescMethod): Promise<void> {
    try {
      exchange.identity = await this.#access.identify(exchange.request.headers.authorization);
      this.#access.require(exchange.identity, scopeOf(method));
    } catch (error) {
      throw translateAccessError(error) ?? error;
    }
  }
}
