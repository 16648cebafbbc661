import type { Alert, FinalStatus } from '@vigie/alert';

/** A row of `alerts`. */
export interface FoundRow extends Alert {
  readonly status: FinalStatus | 'RECEIVED';
  readonly failureCode: string | null;
}

/** A message of OUTCOMES. */
export interface FoundOutcome extends Alert {
  readonly status: FinalStatus;
  readonly failureCode: string | null;
}

/** A message of ALERTS or QUARANTINE: `alert` is undefined where it is none. */
export interface FoundMessage {
  readonly payload: string;
  readonly alert: Alert | undefined;
}

export interface FoundQuarantined extends FoundMessage {
  readonly reason: string;
}

/** One of those that a person can redrive. */
export interface ListedQuarantined {
  readonly id: string;
  readonly payload: string;
  readonly reason: string;
}

export interface FoundConsumer {
  readonly name: string;
  readonly pending: number;
  readonly ackPending: number;
}

/** What the mesh holds once it has come to rest. */
export interface Findings {
  readonly rows: readonly FoundRow[];
  readonly alerts: readonly FoundMessage[];
  readonly outcomes: readonly FoundOutcome[];
  readonly quarantined: readonly FoundQuarantined[];
  /** What `GET /v1/quarantine` lists of the default tenant. */
  readonly listed: readonly ListedQuarantined[];
  readonly consumers: readonly FoundConsumer[];
}
