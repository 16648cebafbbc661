import type { Admission } from '@vigie/service-kit/limits';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface Admissions {
  readonly calls: Admission;
  readonly streams: Admission;
}

/** How near the gateway is to its limits on calls and bytes, and what they have refused. */
export function registerAdmissionMetrics(registry: Registry, admissions: Admissions): void {
  const registers = [registry];
  const each = Object.entries(admissions) as [keyof Admissions, Admission][];
  new Gauge({
    name: 'gateway_admitted',
    help: 'Calls and server streams that are admitted now.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, { calls }] of each) this.set({ kind }, calls);
    },
  });
  new Gauge({
    name: 'gateway_bytes_in_hand',
    help: 'Bytes of requests and answers that are counted against the limit.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, { bytes }] of each) this.set({ kind }, bytes);
    },
  });
  new Counter({
    name: 'gateway_refused_total',
    help: 'Calls and server streams that were refused, by the bound that refused them.',
    labelNames: ['kind', 'bound'],
    registers,
    collect() {
      this.reset();
      for (const [kind, { refusals }] of each) {
        for (const [bound, count] of Object.entries(refusals)) this.inc({ kind, bound }, count);
      }
    },
  });
}
