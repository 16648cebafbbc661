import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import type { Exchange } from '../exchange.ts';
import { onceOver } from '../once-over.ts';
import type { RefusedCalls } from './refused-calls.ts';

/** By what calls are counted that are open at once. */
export interface ConcurrencyDimension {
  /** The name of its policy in the errors and the metric. */
  readonly name: string;
  readonly most: number;
  /** Undefined if the call doesn't count in this dimension. */
  readonly keyOf: (exchange: Exchange) => string | undefined;
}

/** Long enough for calls that end by themselves. */
const RETRY_DELAY_MS = 1_000;

interface Counted {
  readonly dimension: ConcurrencyDimension;
  readonly key: string;
}

/**
 * How many calls, streams among them, may be open at once; a call has to find room in each dimension. Rates alone leave
 * it to a caller to open a thousand calls that take a minute each.
 */
export class ConcurrentCalls {
  readonly #dimensions: readonly ConcurrencyDimension[];
  readonly #refused: RefusedCalls;
  /** By dimension and key; none that is zero. */
  readonly #open = new Map<ConcurrencyDimension, Map<string, number>>();

  constructor(dimensions: readonly ConcurrencyDimension[], refused: RefusedCalls) {
    this.#dimensions = dimensions;
    this.#refused = refused;
    for (const dimension of dimensions) this.#open.set(dimension, new Map());
  }

  /** How many keys have calls that are open. */
  get keys(): number {
    return [...this.#open.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Counts a call until it is over.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo`
   */
  enter(exchange: Exchange): void {
    // A client that is gone closes no response any more.
    exchange.signal.throwIfAborted();
    const counted = this.#dimensions.flatMap(dimension => {
      const key = dimension.keyOf(exchange);
      return key === undefined ? [] : [{ dimension, key }];
    });
    const full = counted.find(each => this.#countOf(each) >= each.dimension.most);
    if (full !== undefined) {
      exchange.isRateLimited = true;
      this.#refused.count(full.dimension.name, full.key);
      throw tooManyAtOnce(full.dimension);
    }
    for (const each of counted) this.#add(each, 1);
    onceOver(exchange, () => {
      for (const each of counted) this.#add(each, -1);
    });
  }

  #countOf({ dimension, key }: Counted): number {
    return this.#open.get(dimension)?.get(key) ?? 0;
  }

  #add(counted: Counted, calls: number): void {
    const left = this.#countOf(counted) + calls;
    const open = this.#open.get(counted.dimension);
    if (left === 0) open?.delete(counted.key);
    else open?.set(counted.key, left);
  }
}

function tooManyAtOnce({ name, most }: ConcurrencyDimension): ConnectError {
  const message = `No more than ${most} calls and streams are open at once by ${name}; end some, or send it again later.`;
  return rpcError(Code.ResourceExhausted, message, {
    reason: 'TOO_MANY_AT_ONCE',
    retryDelayMs: RETRY_DELAY_MS,
    metadata: { policy: name, most: String(most) },
  });
}
