import type { AlertName } from '@vigie/alert';

/** Finds the video of an alert that Vigie knows. */
export interface AlertDirectory {
  /**
   * `undefined` if the tenant has no alert with this uid. Rejects with the signal's reason when that aborts.
   *
   * @throws AlertDirectoryError
   */
  find(alert: AlertName, signal?: AbortSignal): Promise<ListedAlert | undefined>;
}

export interface ListedAlert {
  readonly store: string;
  readonly video: string;
  /** Its video is known to kill the decoder. */
  readonly crashesDecoder: boolean;
}

/** Alerts can't be looked up, for now. */
export class AlertDirectoryError extends Error {
  override readonly name = 'AlertDirectoryError';
  readonly reason = 'STORE_UNREACHABLE';
}
