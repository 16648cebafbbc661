import type { FinishedAlert } from '@vigie/alert';

/** An outcome, and whether it replaces that of an earlier message. */
export interface FoundOutcome {
  readonly record: FinishedAlert;
  readonly isReplay: boolean;
}
