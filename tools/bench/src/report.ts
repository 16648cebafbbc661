import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type { AcceptedAlert } from './bench-alert.ts';
import type { BenchOptions } from './bench-options.ts';
import type { SeenOutcome } from './outcome-watch.ts';
import { quantileOf } from './quantile.ts';

export interface Measurement {
  readonly options: BenchOptions;
  readonly accepted: readonly AcceptedAlert[];
  readonly outcomes: readonly SeenOutcome[];
  readonly acceptedMs: number;
  readonly endToEndMs: number;
  readonly memory: ReadonlyMap<string, number>;
}

export function formatReport(measurement: Measurement): string {
  const { options, accepted, outcomes, acceptedMs, endToEndMs, memory } = measurement;
  const acceptedAt = new Map(accepted.map(alert => [alert.uid, alert.acceptedAt]));
  const latencies = outcomes.map(({ uid, seenAt }) => seenAt - (acceptedAt.get(uid) ?? Number.NaN));
  const [p50, p99] = [0.5, 0.99].map(q => quantileOf(latencies, q).toFixed(0));
  const processed = outcomes.filter(({ status }) => status === Alert_Status.PROCESSED).length;
  const lines: [string, string][] = [
    ['alerts', `${options.alerts}, ${processed} PROCESSED`],
    ['accepted', perSecond(accepted.length, acceptedMs)],
    ['end to end', perSecond(outcomes.length, endToEndMs)],
    ['accepted to stored', `p50 ${p50} ms, p99 ${p99} ms`],
    [
      'read an alert',
      `${mean(outcomes.map(o => o.bytesRead))} bytes in ${mean(outcomes.map(o => o.requests))} requests`,
    ],
    ...[...memory].map(([name, bytes]): [string, string] => [
      `peak memory of ${name}`,
      `${Math.round(bytes / 2 ** 20)} MiB`,
    ]),
  ];
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1000)} alerts/s (${(ms / 1000).toFixed(1)} s)`;
}

function mean(values: readonly number[]): string {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
