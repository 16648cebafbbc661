import type { FinishedAlert } from '@vigie/alert';

/** An outcome that is to be recorded. */
export interface FoundOutcome {
  readonly record: FinishedAlert;
  /** Its message was published to have the alert probed again, so it replaces the outcome of an earlier one. */
  readonly isReplay: boolean;
}
