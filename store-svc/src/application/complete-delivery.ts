import { type Backoff, backoffDelayMs, isExhausted, type RetrySchedule, retry } from '@vigie/service-kit/async';
import type { Delivery } from '../domain/alert-message.ts';
import { DatabaseError } from '../ports/alert-store.ts';
import { DeadLetterQueueError } from '../ports/dead-letter-queue.ts';

/** How patient a delivery is with failures, and with outages. */
export interface DeliveryPolicy {
  /** Of failures that are no outage: once its attempts and their time are used up, the message is given up. */
  readonly failures: RetrySchedule;
  /** Of the store, while a message is held. */
  readonly outages: Backoff;
  /**
   * How long the first delivery of a message is held in an outage before it is handed back for another replica; each
   * further delivery is held twice as long as the one before.
   */
  readonly firstHoldMs: number;
}

/**
 * Failures: 20 deliveries over a quarter of an hour. An outage of an hour uses up about 10 of them, one of a day 15.
 */
export const DELIVERY_POLICY: DeliveryPolicy = {
  failures: { baseMs: 1_000, maxMs: 60_000, maxAttempts: 20 },
  outages: { baseMs: 250, maxMs: 1_000 },
  firstHoldMs: 5_000,
};

/** The message is to be delivered again. */
export interface Redelivery {
  readonly kind: 'redeliver';
  readonly delayMs: number;
  readonly error: unknown;
  /** A part of Vigie is away: nothing is wrong with the message. */
  readonly isOutage: boolean;
}

export interface DeliverySteps<R> {
  /** Brings the message to its end. May be repeated. */
  readonly complete: () => Promise<R>;
  /** Ends a message that fails again and again, without losing it. May be repeated. */
  readonly giveUp: (error: unknown) => Promise<R>;
}

/**
 * Completes a delivery, or decides when the message is delivered again, or that it is given up. It decides by facts of
 * the message alone, how often it was delivered and how old it is, so that replicas agree and a restart forgets
 * nothing. An outage of the store must not use them up: the message is held while it lasts, since each redelivery would
 * count.
 *
 * @throws the signal's reason once that aborts
 */
export async function completeDelivery<R>(
  { attempts, receivedAt }: Delivery,
  { complete, giveUp }: DeliverySteps<R>,
  { failures, outages, firstHoldMs }: DeliveryPolicy,
  signal?: AbortSignal,
): Promise<R | Redelivery> {
  const held = (step: () => Promise<R>) =>
    retry(step, {
      backoff: outages,
      isRetryable: isStoreOutage,
      patienceMs: backoffDelayMs({ baseMs: firstHoldMs, maxMs: Number.MAX_SAFE_INTEGER }, attempts),
      signal,
    });
  try {
    return await held(complete);
  } catch (error) {
    signal?.throwIfAborted();
    const ageMs = Date.now() - receivedAt.getTime();
    if (isOutage(error) || !isExhausted(failures, attempts, ageMs)) return redelivery(error);
    return await held(() => giveUp(error)).catch(giveUpError => {
      signal?.throwIfAborted();
      return redelivery(giveUpError);
    });
  }

  function redelivery(error: unknown): Redelivery {
    // It was held already: another replica may take it at once.
    const delayMs = isStoreOutage(error) ? outages.maxMs : backoffDelayMs(failures, attempts);
    return { kind: 'redeliver', delayMs, error, isOutage: isOutage(error) };
  }
}

function isStoreOutage(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError;
}

/**
 * Nobody waits for a quarantine that is away or full: messages that are held for it would keep out alerts that can be
 * recorded.
 */
function isOutage(error: unknown): boolean {
  return isStoreOutage(error) || error instanceof DeadLetterQueueError;
}
