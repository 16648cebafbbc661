import { Counter, Gauge, type Registry } from 'prom-client';
import type { KeyPairFiles } from './key-pair-files.ts';

/** By what a certificate is for: a process may have several. */
const METRICS = {
  public: {
    expires: { name: 'vigie_tls_certificate_expires_seconds' },
    reloads: { name: 'vigie_tls_reloads_total' },
  },
  services: {
    expires: { name: 'vigie_service_tls_certificate_expires_seconds' },
    reloads: { name: 'vigie_service_tls_reloads_total' },
  },
} as const;

/** When a certificate expires, and how its files have been read since. */
export function registerKeyPairMetrics(registry: Registry, files: KeyPairFiles, use: keyof typeof METRICS): void {
  const registers = [registry];
  const { expires, reloads } = METRICS[use];
  new Gauge({
    ...expires,
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers,
    collect() {
      this.set(files.current.validTo.getTime() / 1_000);
    },
  });
  new Counter({
    ...reloads,
    help: 'Changes of the certificate, its key or the authorities that were taken up, or refused: then those before stay.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(files.reloads)) this.inc({ result }, count);
    },
  });
}
