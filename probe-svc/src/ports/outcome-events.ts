import type { FinishedAlert } from '@vigie/alert';

/** Publishes how alerts ended. */
export interface OutcomeEvents {
  /**
   * Resolves once the event is on disk. The same outcome of the same message is published once, within the stream's
   * duplicate window.
   *
   * @throws OutcomeEventsError
   */
  publish(outcome: FinishedAlert): Promise<void>;
}

/** The event is not on disk; it has to be published again. */
export class OutcomeEventsError extends Error {
  override readonly name = 'OutcomeEventsError';
  readonly reason = 'EVENTS_UNREACHABLE';
}
