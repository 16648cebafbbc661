import type { DescMethod } from '@bufbuild/protobuf';
import { type AccessControl, AccessError } from '@vigie/access';
import { scopeOf } from '@vigie/access/wire';
import { cut } from '@vigie/service-kit/http-listener';
import type { Exchange } from './exchange.ts';

/** With what is remembered of keys, less than the five seconds in which a revoked one has to be refused. */
const INTERVAL_MS = 2_000;

interface Stream {
  readonly exchange: Exchange;
  readonly method: DescMethod;
}

/** Cuts streams whose callers may not go on: a watch may be open for days, and its key be revoked meanwhile. */
export class StandingAccess {
  readonly #access: AccessControl;
  /** By the credentials of their callers. */
  readonly #streams = new Map<string, Set<Stream>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(access: AccessControl) {
    this.#access = access;
  }

  /** @param exchange whose caller may call the method now */
  follow(exchange: Exchange, method: DescMethod): void {
    const { authorization } = exchange.request.headers;
    // What strangers may do doesn't change.
    if (authorization === undefined || method.methodKind === 'unary') return;
    const stream = { exchange, method };
    const streams = this.#streams.get(authorization) ?? new Set();
    this.#streams.set(authorization, streams.add(stream));
    exchange.response.once('close', () => {
      streams.delete(stream);
      if (streams.size === 0) this.#streams.delete(authorization);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    this.#timer ??= setInterval(() => void this.#check(), INTERVAL_MS);
  }

  async #check(): Promise<void> {
    await Promise.all(
      [...this.#streams].map(async ([authorization, streams]) => {
        const mayGoOn = await this.#find(authorization);
        for (const { exchange, method } of streams) if (!mayGoOn(method)) cut(exchange.response);
      }),
    );
  }

  async #find(authorization: string): Promise<(method: DescMethod) => boolean> {
    try {
      const identity = await this.#access.identify(authorization);
      return method => this.#access.allows(identity, scopeOf(method));
    } catch (error) {
      // Nobody can tell now.
      return () => !(error instanceof AccessError) || error.reason === 'ISSUER_UNREACHABLE';
    }
  }
}
