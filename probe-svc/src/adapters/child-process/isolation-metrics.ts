import { Counter, type Registry } from 'prom-client';

export interface IsolationMetrics {
  countProbe(result: 'answer' | 'died' | 'overdue'): void;
}

export function createIsolationMetrics(registry: Registry): IsolationMetrics {
  const probes = new Counter({
    name: 'vigie_isolated_probes_total',
    help: 'Probes in a child process by result; died: the decoder crashed, overdue: it hung.',
    labelNames: ['result'],
    registers: [registry],
  });
  return { countProbe: result => probes.inc({ result }) };
}
