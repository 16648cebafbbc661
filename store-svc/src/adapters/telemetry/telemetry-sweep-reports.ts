import type { Logger } from '@vigie/service-kit/telemetry';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Backlog } from '../../domain/awaiting-alert.ts';
import { MISSING, type Missing, type Repaired, type SweepReports } from '../../ports/sweep-reports.ts';

/** Reports sweeps as metrics, and what they repaired as log lines. */
export class TelemetrySweepReports implements SweepReports {
  readonly #logger: Logger;
  readonly #metrics: SweepMetrics;
  #failure: string | undefined;
  /** Of the present pass. */
  #repaired: { readonly missing: Missing; readonly receivedAt: Date }[] = [];

  constructor(logger: Logger, registry: Registry) {
    this.#logger = logger;
    this.#metrics = createSweepMetrics(registry);
  }

  repaired(missing: Missing, { alert, sequence, receivedAt }: Repaired): void {
    this.#metrics.repairedTotal.inc({ missing });
    this.#repaired.push({ missing, receivedAt });
    this.#logger.warn(
      { tenant: alert?.tenant, uid: alert?.uid, streamSequence: sequence, missing },
      'lost work found by the sweep, and done again',
    );
  }

  passed(now: Date, { alerts, oldest }: Backlog): void {
    for (const missing of MISSING) {
      const found = this.#repaired.filter(repaired => repaired.missing === missing);
      this.#metrics.repaired.set({ missing }, found.length);
      this.#metrics.repairedAge.set({ missing }, ageSeconds(now, ...found.map(({ receivedAt }) => receivedAt)));
    }
    this.#metrics.overdue.set(alerts);
    this.#metrics.overdueAge.set(oldest === undefined ? 0 : ageSeconds(now, oldest));
    this.#repaired = [];
  }

  left(): void {
    this.passed(new Date(), { alerts: 0, oldest: undefined });
  }

  ended(error: Error | undefined): void {
    this.#metrics.passes.inc({ result: error === undefined ? 'done' : 'failed' });
    // Once, however long an outage lasts.
    if (error !== undefined && error.message !== this.#failure) this.#logger.error({ err: error }, 'sweep failed');
    this.#failure = error?.message;
  }
}

/** Of the oldest; 0 if there is none. */
function ageSeconds(now: Date, ...times: readonly Date[]): number {
  return times.reduce((oldest, time) => Math.max(oldest, now.getTime() - time.getTime()), 0) / 1_000;
}

type SweepMetrics = ReturnType<typeof createSweepMetrics>;

function createSweepMetrics(registry: Registry) {
  const registers = [registry];
  const byMissing = { labelNames: ['missing'] as const, registers };
  return {
    passes: new Counter({
      name: 'vigie_sweep_passes_total',
      help: 'Sweeps for lost work; one that another process does is done.',
      labelNames: ['result'],
      registers,
    }),
    repairedTotal: new Counter({
      ...byMissing,
      name: 'vigie_sweep_repaired_total',
      help: 'Messages, rows and outcomes that the sweep found lost and did again, by what was missing.',
    }),
    repaired: new Gauge({
      ...byMissing,
      name: 'vigie_sweep_repaired',
      help: 'What the latest sweep of this process found lost and did again, by what was missing.',
    }),
    repairedAge: new Gauge({
      ...byMissing,
      name: 'vigie_sweep_repaired_age_seconds',
      help: 'Age of the oldest alert that the latest sweep of this process found lost; 0 if none was.',
    }),
    overdue: new Gauge({
      name: 'vigie_alerts_overdue',
      help: 'Alerts that are RECEIVED for longer than SWEEP_AFTER_MS, as the process that sweeps counts them.',
      registers,
    }),
    overdueAge: new Gauge({
      name: 'vigie_alerts_overdue_age_seconds',
      help: 'Age of the oldest of the overdue alerts; 0 if there is none.',
      registers,
    }),
  };
}
