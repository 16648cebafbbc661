import { Counter, type Registry } from 'prom-client';

export interface IsolationMetrics {
  countProbe(result: 'answer' | 'crashed' | 'overdue' | 'ended'): void;
}

export function createIsolationMetrics(registry: Registry): IsolationMetrics {
  const probes = new Counter({
    name: 'vigie_isolated_probes_total',
    help: 'Probes in a child process by result; crashed: the decoder, overdue: it hung, ended: by something else, twice.',
    labelNames: ['result'],
    registers: [registry],
  });
  return { countProbe: result => probes.inc({ result }) };
}
