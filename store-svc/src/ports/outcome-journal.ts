import type { FinishedAlert } from '@vigie/alert';
import type { ReadEvents } from '../domain/reported-outcomes.ts';

/** Behind a position among the events, or the first since a time. */
export type EventStart = { readonly behind: number } | { readonly since: Date };

/** The events that report outcomes. Every method rejects while they can't be reached. */
export interface OutcomeJournal {
  /** Reads to the present end. */
  read(start: EventStart): Promise<ReadEvents>;

  /** Publishes the event of an outcome again. Resolves once it is on disk. */
  publishAgain(outcome: FinishedAlert): Promise<void>;
}
