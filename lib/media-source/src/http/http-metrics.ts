export interface HttpMetrics {
  /** @param status of the answer; `broken` if none came, one that broke off, or one that made no sense */
  countRequest(status: number | 'broken'): void;
}
