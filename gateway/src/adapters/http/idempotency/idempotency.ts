import { randomUUID } from 'node:crypto';
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from '@vigie/service-kit/telemetry';
import { type IdempotencyKeys, type KeptAnswer, type KeyState, MAX_KEPT_BYTES } from '../../../api/idempotency-keys.ts';
import type { Answer } from '../answer.ts';
import { callerName } from '../caller-name.ts';
import { countBytes } from '../count-answer.ts';
import type { Exchange } from '../exchange.ts';
import { holdsSecret } from '../holds-secret.ts';
import { errorAnswer } from '../send.ts';
import { fingerprintOf } from './fingerprint.ts';
import { answerNotKept, keyInUse, keyReused, keysUnavailable } from './idempotency-errors.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { isFinal } from './is-final.ts';

export interface IdempotencyParts {
  readonly keys: IdempotencyKeys;
  readonly logger: Logger;
  /** Of a call that brings no deadline. */
  readonly requestTimeoutMs: number;
  /** The longest deadline that a call may bring. */
  readonly maxTimeoutMs: number;
}

const REPLAYED = 'idempotency-replayed';
/** All who don't say who they are share their keys. */
const ANYBODY = '';
/** A key is held at least so long for a process that may have died. */
const MIN_LEASE_MS = 60_000;
/** For what comes after the deadline of the call: its answer is kept. */
const LEASE_SLACK_MS = 10_000;
/** A kept answer is there as a message, and compressed for its client. */
const COPIES = 2;

/** Has each POST that brings an `Idempotency-Key` carried out once, however often it comes. */
export class Idempotency {
  readonly #parts: IdempotencyParts;

  constructor(parts: IdempotencyParts) {
    this.#parts = parts;
  }

  /**
   * The answer of a request: that of `carryOut`, or the one that it gave before.
   *
   * @throws what `begin` throws, and without a key what `carryOut` throws
   */
  async once(
    exchange: Exchange,
    method: DescMethod,
    body: Uint8Array,
    carryOut: () => Promise<Answer>,
  ): Promise<Answer> {
    const kept = await this.begin(exchange, method, body);
    if (kept !== undefined) return kept;
    if (exchange.attempt === undefined) return carryOut();
    const answer = await carryOut().catch(error => errorAnswer(exchange, error, this.#parts.logger));
    await this.end(exchange, answer);
    return answer;
  }

  /**
   * Begins to carry a request out; where it brings a key, `exchange.attempt` holds that until `end`.
   *
   * @param body as it came
   * @returns the answer of a request that was carried out before
   * @throws ConnectError for a request that may not be carried out
   */
  async begin(exchange: Exchange, method: DescMethod, body: Uint8Array): Promise<Answer | undefined> {
    const key = readIdempotencyKey(exchange.request);
    if (key === undefined || !isRemembered(method)) return undefined;
    const { identity } = exchange;
    const caller = identity === undefined || identity.isAnonymous ? ANYBODY : callerName(identity);
    const attempt = { caller, key, leaseId: randomUUID() };
    const state = await this.#ask(exchange, attempt, body);
    if (state.kind === 'IN_PROGRESS') throw keyInUse();
    if (state.kind === 'OTHER_REQUEST') throw keyReused();
    if (state.kind === 'ANSWERED') return replay(exchange, state.answer);
    exchange.attempt = { ...attempt, isFinal: true, isSecret: false, ended: Promise.withResolvers() };
    return undefined;
  }

  /**
   * Keeps the answer of a request that was begun, or releases its key where the answer says "try again".
   *
   * @param answer absent if there is none
   */
  async end(exchange: Exchange, answer?: Answer): Promise<void> {
    const { attempt } = exchange;
    if (attempt === undefined) return;
    const { keys, logger } = this.#parts;
    const { isFinal: mayBeKept, isSecret, ended, ...held } = attempt;
    try {
      if (answer !== undefined && mayBeKept && isFinal(answer.status))
        await keys.finish(held, toKept(answer, isSecret));
      else await keys.release(held);
    } catch (error) {
      // The client gets its answer all the same; a repeat has to wait for the end of the lease.
      logger.warn({ err: error, path: exchange.path }, 'idempotency key neither finished nor released');
    } finally {
      exchange.attempt = undefined;
      ended.resolve();
    }
  }

  async #ask(
    exchange: Exchange,
    attempt: Parameters<IdempotencyKeys['begin']>[0],
    body: Uint8Array,
  ): Promise<KeyState> {
    const { keys, logger } = this.#parts;
    try {
      return await keys.begin(attempt, fingerprintOf(exchange, body), this.#leaseMs(exchange));
    } catch (error) {
      const isAway = error instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded].includes(error.code);
      if (!isAway) logger.error({ err: error, path: exchange.path }, 'idempotency key not begun');
      // It may have been taken, and the answer lost.
      keys.release(attempt).catch(cause => logger.debug({ err: cause }, 'idempotency key not released'));
      throw keysUnavailable(error);
    }
  }

  /** Longer than the request can take. REST has no header for deadlines, so this one is Connect's. */
  #leaseMs({ request }: Exchange): number {
    const { requestTimeoutMs, maxTimeoutMs } = this.#parts;
    const own = Math.min(Number(request.headers['connect-timeout-ms']) || 0, maxTimeoutMs);
    return Math.max(MIN_LEASE_MS, Math.max(own, requestTimeoutMs) + LEASE_SLACK_MS);
  }
}

/**
 * Whether requests are known again that bring a key. By the fingerprint of one with a password others could find that,
 * so none is kept.
 */
export function isRemembered({ input }: DescMethod): boolean {
  return !holdsSecret(input);
}

function toKept({ status, headers, body }: Answer, isSecret: boolean): KeptAnswer {
  return { status, headers, body: isSecret || body.byteLength > MAX_KEPT_BYTES ? undefined : body };
}

/** @throws ConnectError ALREADY_EXISTS if it was not kept, RESOURCE_EXHAUSTED if too many bytes are in hand already */
function replay(exchange: Exchange, { status, headers, body }: KeptAnswer): Answer {
  if (body === undefined) throw answerNotKept(status);
  countBytes(exchange, COPIES * body.byteLength);
  return { status, headers: { ...headers, [REPLAYED]: 'true' }, body };
}
