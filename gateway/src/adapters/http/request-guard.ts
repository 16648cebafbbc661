import type { DescMethod } from '@bufbuild/protobuf';
import { type AccessControl, AccessError, type Identity } from '@vigie/access';
import { scopeOf, translateAccessError } from '@vigie/access/wire';
import type { Admissions, AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from './exchange.ts';
import { onceOver } from './once-over.ts';
import type { ConcurrentCalls } from './rates/concurrent-calls.ts';
import type { FailedCredentials } from './rates/failed-credentials.ts';
import type { RateLimits } from './rates/rate-limits.ts';
import { StandingAccess } from './standing-access.ts';

export interface RequestGuardParts {
  readonly admissions: Admissions;
  readonly access: AccessControl;
  /** Those that need a scope; all others, which are the gateway's own, are open to everybody. */
  readonly methods: readonly DescMethod[];
  /** By who calls, once that is known; absent if nobody may call too fast. */
  readonly rates?: RateLimits | undefined;
  /** Absent if nobody may show too many. */
  readonly failedCredentials?: FailedCredentials | undefined;
  /** Absent if everybody may have as many calls open at once as there is room for. */
  readonly concurrency?: ConcurrentCalls | undefined;
}

/** What every request has to pass before its body is read. */
export class RequestGuard {
  readonly #admissions: Admissions;
  readonly #access: AccessControl;
  readonly #standing: StandingAccess;
  readonly #methods: ReadonlySet<DescMethod>;
  readonly #rates: RateLimits | undefined;
  readonly #failedCredentials: FailedCredentials | undefined;
  readonly #concurrency: ConcurrentCalls | undefined;

  constructor({ admissions, access, methods, rates, failedCredentials, concurrency }: RequestGuardParts) {
    this.#admissions = admissions;
    this.#access = access;
    this.#standing = new StandingAccess(access);
    this.#methods = new Set(methods);
    this.#rates = rates;
    this.#failedCredentials = failedCredentials;
    this.#concurrency = concurrency;
  }

  /**
   * Finds out who sends a request, and whether it may.
   *
   * @throws ConnectError UNAUTHENTICATED, PERMISSION_DENIED; RESOURCE_EXHAUSTED if it comes too fast, while too many of
   * the sender's are open, or from an address with too many wrong credentials
   */
  async authorize(exchange: Exchange, method: DescMethod): Promise<void> {
    if (!this.#methods.has(method)) return;
    try {
      exchange.identity = await this.#admit(exchange, method);
      this.#standing.follow(exchange, method);
    } catch (error) {
      throw translateAccessError(error) ?? error;
    }
    await this.#rates?.enter(exchange);
    this.#concurrency?.enter(exchange);
  }

  async #admit(exchange: Exchange, method: DescMethod): Promise<Identity> {
    const { authorization } = exchange.request.headers;
    let wasNew = false;
    try {
      return await this.#access.admit(authorization, scopeOf(method), async isNew => {
        wasNew = isNew;
        await this.#failedCredentials?.requireLeft(exchange, isNew);
      });
    } catch (error) {
      const isWrong = error instanceof AccessError && error.reason === 'CREDENTIALS_INVALID';
      if (isWrong) await this.#failedCredentials?.count(exchange, wasNew);
      throw error;
    }
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
    onceOver(exchange, () => call[Symbol.dispose]());
    return call;
  }
}
