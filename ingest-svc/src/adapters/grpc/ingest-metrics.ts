import { Counter, type Registry } from 'prom-client';

export interface IngestMetrics {
  countAccepted(duplicate: boolean, alerts?: number): void;
  /** @param reason stable reason of the refusal, for example `INVALID_FIELDS` */
  countRefused(reason: string): void;
}

export function createIngestMetrics(registry: Registry): IngestMetrics {
  const accepted = new Counter({
    name: 'vigie_alerts_accepted_total',
    help: 'Alerts that are on disk.',
    labelNames: ['duplicate'],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'vigie_alerts_refused_total',
    help: 'Alerts that were not accepted, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  return {
    countAccepted: (duplicate, alerts = 1) => accepted.inc({ duplicate: String(duplicate) }, alerts),
    countRefused: reason => refused.inc({ reason }),
  };
}
