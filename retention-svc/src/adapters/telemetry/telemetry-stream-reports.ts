import type { Logger } from '@vigie/service-kit/telemetry';
import type { StreamReport, StreamReports } from '../../ports/stream-reports.ts';
import type { RetentionMetrics } from './retention-metrics.ts';

/** A warning that still applies is repeated after this. */
const REPEAT_MS = 10 * 60 * 1_000;

/** Reports as metrics and log lines. */
export class TelemetryStreamReports implements StreamReports {
  readonly #logger: Logger;
  readonly #metrics: RetentionMetrics;
  /** When each warning that applies was last logged, by stream and key. */
  readonly #loggedAtMs = new Map<string, ReadonlyMap<string, number>>();

  constructor(logger: Logger, metrics: RetentionMetrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  report(report: StreamReport): void {
    this.#metrics.update(report);
    this.#warn(report);
    const { state, trimmedMessages, oldestKept } = report;
    if (trimmedMessages > 0) this.#logger.debug({ stream: state.name, trimmedMessages, oldestKept }, 'stream trimmed');
  }

  #warn({ state, warnings }: StreamReport): void {
    const stream = state.name;
    const before = this.#loggedAtMs.get(stream);
    const nowMs = performance.now();
    const loggedAtMs = warnings.map(({ key, message }): [string, number] => {
      const lastMs = before?.get(key);
      if (lastMs !== undefined && nowMs - lastMs < REPEAT_MS) return [key, lastMs];
      this.#logger.warn({ stream }, message);
      return [key, nowMs];
    });
    this.#loggedAtMs.set(stream, new Map(loggedAtMs));
  }
}
