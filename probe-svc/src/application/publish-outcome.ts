import type { FinishedAlert } from '@vigie/alert';
import { type Backoff, retry } from '@vigie/service-kit/async';
import type { AlertAttempt } from '../domain/alert-attempt.ts';
import { type AlertQuarantine, AlertQuarantineError } from '../ports/alert-quarantine.ts';
import { type OutcomeEvents, OutcomeEventsError } from '../ports/outcome-events.ts';

/** A stream of Vigie is out of reach, or full. */
export type StreamError = OutcomeEventsError | AlertQuarantineError;

/**
 * Publishes how an alert ended, however long the stream for it is away. Rejects with the signal's reason on abort.
 *
 * @param onOutage called once, when such a wait begins
 */
export type PublishOutcome = (
  attempt: AlertAttempt,
  record: FinishedAlert,
  onOutage: (error: StreamError) => void,
  signal?: AbortSignal,
) => Promise<void>;

const OUTAGE: Backoff = { baseMs: 50, maxMs: 5_000 };

export function createPublishOutcome(events: OutcomeEvents, quarantine: AlertQuarantine): PublishOutcome {
  return (attempt, record, onOutage, signal) =>
    retry(() => publishOnce(attempt, record), {
      backoff: OUTAGE,
      isRetryable: isStreamError,
      onRetry: ({ error, attempt: number }) => {
        if (number === 1) onOutage(error);
      },
      signal,
    });

  function publishOnce(attempt: AlertAttempt, record: FinishedAlert): Promise<void> {
    return record.outcome.status === 'QUARANTINED'
      ? quarantine.add(attempt, record.outcome.failure)
      : events.publish(record);
  }
}

function isStreamError(error: unknown): error is StreamError {
  return error instanceof OutcomeEventsError || error instanceof AlertQuarantineError;
}
