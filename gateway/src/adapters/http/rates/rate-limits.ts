import type { ServerResponse } from 'node:http';
import type { ConnectError } from '@connectrpc/connect';
import { pause } from '@vigie/service-kit/async';
import type { AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from '../exchange.ts';
import { expectsGrpcStatus } from '../rpc/send-grpc.ts';
import { rateLimited } from './rate-limited.ts';
import type { RateLimiter, RateState } from './rate-limiter.ts';
import { RefusalPace } from './refusal-pace.ts';
import type { RefusedCalls } from './refused-calls.ts';

/** By what calls are counted: whatever has a name in it has a quota of its own. */
export interface RateDimension {
  /** The name of its policy in the headers, the errors and the metric. */
  readonly name: string;
  readonly limiter: RateLimiter;
  /** Undefined if the call doesn't count in this dimension. */
  readonly keyOf: (exchange: Exchange) => string | undefined;
}

interface Taken {
  readonly dimension: RateDimension;
  readonly state: RateState;
}

/** Of all dimensions; a call has to pass each. Others may be counted by others, before or after. */
export class RateLimits {
  readonly #dimensions: readonly RateDimension[];
  readonly #refused: RefusedCalls;
  readonly #policies: readonly string[];
  readonly #pace = new RefusalPace();

  constructor(dimensions: readonly RateDimension[], refused: RefusedCalls) {
    this.#dimensions = dimensions;
    this.#refused = refused;
    this.#policies = dimensions.map(({ name, limiter }) => `"${name}";q=${limiter.quota};w=${limiter.windowSeconds}`);
  }

  /**
   * Counts a call that has just begun.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo`
   */
  async enter(exchange: Exchange): Promise<void> {
    const others = exchange.rate;
    exchange.rate = {
      take: async points => {
        await others?.take(points);
        await this.#take(exchange, points);
      },
      takeWhenFree: async (points, call) => {
        await others?.takeWhenFree(points, call);
        await this.#takeWhenFree(exchange, points, call);
      },
    };
    const refused = await this.#takeOrRefuse(exchange, 1);
    if (refused === undefined) return;
    await this.#pace.wait(exchange, refused.state);
    throw tooManyCalls(refused);
  }

  async #take(exchange: Exchange, points: number): Promise<void> {
    const refused = await this.#takeOrRefuse(exchange, points);
    if (refused !== undefined) throw tooManyCalls(refused);
  }

  /** @returns what refuses the call */
  async #takeOrRefuse(exchange: Exchange, points: number): Promise<Taken | undefined> {
    const all: Taken[] = [];
    for (const dimension of this.#dimensions) {
      const key = dimension.keyOf(exchange);
      if (key === undefined) continue;
      const state = await dimension.limiter.take(key, points);
      all.push({ dimension, state });
      if (!state.isRefused) continue;
      exchange.isRateLimited = true;
      this.#refused.count(dimension.name, key);
      this.#showIn(exchange, all);
      return { dimension, state };
    }
    this.#showIn(exchange, all);
    return undefined;
  }

  async #takeWhenFree(exchange: Exchange, points: number, call: AdmittedCall): Promise<void> {
    for (const { limiter, keyOf } of this.#dimensions) {
      const key = keyOf(exchange);
      if (key === undefined) continue;
      for (let state = await limiter.take(key, points); state.isRefused; state = await limiter.take(key, points)) {
        await waitOnBehalfOf(call, state.resetMs, exchange.signal);
      }
    }
  }

  /**
   * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/; gRPC has no use for them. `t` is in whole
   * seconds, rounded up.
   */
  #showIn(exchange: Exchange, all: readonly Taken[]): void {
    const { response } = exchange;
    if (response.headersSent || all.length === 0 || expectsGrpcStatus(exchange)) return;
    showItems(response, 'ratelimit-policy', this.#policies);
    showItems(response, 'ratelimit', all.map(describe));
  }
}

/** In the place of those of the same names, beside others. */
function showItems(response: ServerResponse, header: string, items: readonly string[]): void {
  const shown = String(response.getHeader(header) ?? '').split(', ');
  const all = new Map([...shown, ...items].filter(item => item !== '').map(item => [item.split(';', 1)[0], item]));
  response.setHeader(header, [...all.values()].join(', '));
}

function describe({ dimension, state }: Taken): string {
  return `"${dimension.name}";r=${state.remaining};t=${Math.ceil(state.resetMs / 1_000)}`;
}

async function waitOnBehalfOf(call: AdmittedCall, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  using _ = call.giveWay(error => over.abort(error));
  const ended = AbortSignal.any([signal, over.signal]);
  await pause(ms, ended);
  ended.throwIfAborted();
}

function tooManyCalls({ dimension: { name, limiter }, state }: Taken): ConnectError {
  const { quota, windowSeconds } = limiter;
  const message = `No more than ${quota} calls or alerts are taken in ${windowSeconds} s by ${name}; send it again later.`;
  return rateLimited(name, limiter, state, message);
}
