/** An alert as clients send it. */
export interface BenchAlert {
  readonly uid: string;
  readonly video: string;
  readonly timestamp: number;
  readonly store: string;
}

export interface AcceptedAlert {
  readonly uid: string;
  /** `performance.now()` when the answer came. */
  readonly acceptedAt: number;
}
