import { Gauge, type Registry } from 'prom-client';

/** Exposes how many alerts may be probed at once now. */
export function exposeAdmission(registry: Registry, queue: { readonly limit: number }): void {
  new Gauge({
    name: 'vigie_probe_concurrency_limit',
    help: 'Alerts that may be probed at once: CONCURRENT_TASKS, or fewer while hardly any read of a video ends in time.',
    registers: [registry],
    collect() {
      this.set(queue.limit);
    },
  });
}
