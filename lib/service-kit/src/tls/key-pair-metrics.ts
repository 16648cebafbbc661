import { Counter, Gauge, type Registry } from 'prom-client';
import type { KeyPairFiles } from './key-pair-files.ts';

/**
 * When a certificate expires, and how its files have been read since.
 *
 * @param prefix of the metrics' names: a process may have several
 */
export function registerKeyPairMetrics(registry: Registry, files: KeyPairFiles, prefix = 'vigie_tls'): void {
  const registers = [registry];
  new Gauge({
    name: `${prefix}_certificate_expires_seconds`,
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers,
    collect() {
      this.set(files.current.validTo.getTime() / 1_000);
    },
  });
  new Counter({
    name: `${prefix}_reloads_total`,
    help: 'Changes of the certificate or key that were taken up, or refused while the one before stays in use.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(files.reloads)) this.inc({ result }, count);
    },
  });
}
