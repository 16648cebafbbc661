import type { FinishedAlert } from '@vigie/alert';

/** Tells whoever listens how alerts ended. */
export interface OutcomeEvents {
  /**
   * Resolves once the event is on disk. The same outcome of the same delivery is told once, as far as the listener's memory
   * goes.
   *
   * @param position of the alert among all accepted ones
   * @throws OutcomeEventsError
   */
  publish(outcome: FinishedAlert, position: number): Promise<void>;
}

/** The event is not on disk; it has to be published again. */
export class OutcomeEventsError extends Error {
  override readonly name = 'OutcomeEventsError';
  readonly reason = 'EVENTS_UNREACHABLE';
}
