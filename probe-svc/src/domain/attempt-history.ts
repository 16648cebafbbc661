/** What the journal has on one alert. */
export interface AttemptHistory {
  /** The attempts up to a delivery, noted when the last of them was over. */
  readonly noted: NotedAttempts | undefined;
  /** Deliveries in which an attempt was under way when a process was last heard of. */
  readonly underWay: readonly number[];
}

export interface NotedAttempts {
  readonly attempts: number;
  /** Which delivery the last of them was made in; JetStream counts from 1. */
  readonly delivery: number;
  readonly isSuspect: boolean;
}

/**
 * The attempt that a delivery is given. An earlier one that was under way and was never noted ended with its process:
 * whoever survives an attempt notes it before the alert is delivered again.
 */
export function nextAttempt(
  { noted, underWay }: AttemptHistory,
  delivery: number,
): { readonly attempts: number; readonly isSuspect: boolean } {
  // A note from the future is about a message of an earlier stream.
  const last =
    noted !== undefined && noted.delivery < delivery ? noted : { attempts: 0, delivery: 0, isSuspect: false };
  const ended = new Set(underWay.filter(each => last.delivery < each && each < delivery)).size;
  return { attempts: last.attempts + ended + 1, isSuspect: last.isSuspect || ended > 0 };
}
