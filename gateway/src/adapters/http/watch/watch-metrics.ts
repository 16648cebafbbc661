import { Counter, Gauge, type Registry } from 'prom-client';

export interface WatchMetrics {
  countOpened(): void;
  countClosed(): void;
  /** @param code name of the gRPC code of its error */
  countError(code: string): void;
}

export function watchMetrics(registry: Registry): WatchMetrics {
  const registers = [registry];
  const open = new Gauge({
    name: 'vigie_gateway_watches',
    help: 'Watches of outcomes that are open.',
    registers,
  });
  const errors = new Counter({
    name: 'vigie_gateway_watch_errors_total',
    help: 'Watches that were refused or ended with an error, by gRPC code; OUT_OF_RANGE if a client read too slowly.',
    labelNames: ['code'],
    registers,
  });
  return {
    countOpened: () => open.inc(),
    countClosed: () => open.dec(),
    countError: code => errors.inc({ code }),
  };
}
