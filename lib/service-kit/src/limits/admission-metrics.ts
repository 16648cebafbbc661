import { Counter, Gauge, type Registry } from 'prom-client';
import type { Admission } from './admission.ts';
import type { Admissions } from './admissions.ts';

/** How near a server is to its limits on calls and bytes, and what they have refused. */
export function registerAdmissionMetrics(registry: Registry, admissions: Admissions): void {
  const registers = [registry];
  const each = Object.entries(admissions) as [keyof Admissions, Admission][];
  new Gauge({
    name: 'server_admitted',
    help: 'Calls and server streams that are admitted now.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, { calls }] of each) this.set({ kind }, calls);
    },
  });
  new Gauge({
    name: 'server_bytes_in_hand',
    help: 'Bytes of requests and answers that are counted against the limit.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, { bytes }] of each) this.set({ kind }, bytes);
    },
  });
  new Counter({
    name: 'server_refused_total',
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
