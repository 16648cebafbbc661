import type { AdmittedCall } from '@vigie/service-kit/limits';

/** What a call has to take for what it brings. One point is an alert, or any other call. */
export interface CallRate {
  /** @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo` if nothing is left */
  take(points: number): Promise<void>;
  /**
   * Waits until something is left. Meanwhile the call gives way to others, as one that waits for its client does.
   *
   * @throws ConnectError if it had to give way, or its client is gone
   */
  takeWhenFree(points: number, call: AdmittedCall): Promise<void>;
}
