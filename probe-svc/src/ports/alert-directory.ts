/** The alerts that Vigie knows, as far as a video is looked for. */
export interface AlertDirectory {
  /**
   * `undefined` if there is no alert with this uid. Rejects with the signal's reason when that aborts.
   *
   * @throws AlertDirectoryError
   */
  find(uid: string, signal?: AbortSignal): Promise<ListedAlert | undefined>;
}

export interface ListedAlert {
  readonly video: string;
  /** Its video is known to kill the decoder. */
  readonly crashesDecoder: boolean;
}

/** It can't be told which alerts there are, for now. */
export class AlertDirectoryError extends Error {
  override readonly name = 'AlertDirectoryError';
  readonly reason = 'STORE_UNREACHABLE';
}
