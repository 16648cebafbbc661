import type { AlertAttempt } from '../domain/alert-attempt.ts';
import type { AlertDelivery } from '../domain/alert-delivery.ts';

/** What is known of the attempts at an alert, by all replicas and over restarts. */
export interface AttemptJournal {
  /**
   * Begins an attempt at an alert. Resolves once it is noted that this process makes it, so that if the process ends
   * meanwhile, whoever makes the next one knows. Waits for a journal that is out of reach, however long that takes.
   * Rejects with the signal's reason on abort, and with nothing else.
   */
  begin(delivery: AlertDelivery, signal?: AbortSignal): Promise<BegunAttempt>;

  /**
   * Notes an attempt that another one will follow, so that it counts. To be called before the alert is delivered again.
   * Waits and rejects as `begin` does.
   */
  note(attempt: AlertAttempt, signal?: AbortSignal): Promise<void>;
}

/** Disposing of it says that the process has survived the attempt. */
export interface BegunAttempt extends Disposable {
  readonly attempt: AlertAttempt;
}
