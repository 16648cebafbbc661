import { Counter, Gauge, type Registry } from 'prom-client';
import type { KeyPairFiles } from './key-pair-files.ts';

/** When a server's certificate expires, and how its files have been read since. */
export function registerKeyPairMetrics(registry: Registry, files: KeyPairFiles): void {
  const registers = [registry];
  new Gauge({
    name: 'vigie_tls_certificate_expires_seconds',
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers,
    collect() {
      this.set(files.current.validTo.getTime() / 1_000);
    },
  });
  new Counter({
    name: 'vigie_tls_reloads_total',
    help: 'Changes of the certificate or key that were taken up, or refused while the one before stays in use.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(files.reloads)) this.inc({ result }, count);
    },
  });
}
