import { quantileOf } from '../quantile.ts';
import { formatTable } from '../table.ts';
import type { Way } from './ways.ts';

/** Of those processes that an alert passes until it is accepted. */
export interface AcceptanceCpu {
  readonly gateway: number;
  readonly ingest: number;
  readonly nats: number;
}

/** What one way did, in one round or in several. */
export interface WayFigures {
  readonly way: Way;
  /** Accepted. */
  readonly alerts: number;
  readonly seconds: number;
  /** How long each call took, in ms. */
  readonly callMs: readonly number[];
  readonly cpuSeconds: AcceptanceCpu;
}

/** All rounds of each way together. */
export function sumRounds(rounds: readonly WayFigures[]): WayFigures[] {
  return [...Map.groupBy(rounds, ({ way }) => way).values()].map(ofOneWay => ofOneWay.reduce(add));
}

function add(a: WayFigures, b: WayFigures): WayFigures {
  return {
    way: a.way,
    alerts: a.alerts + b.alerts,
    seconds: a.seconds + b.seconds,
    callMs: [...a.callMs, ...b.callMs],
    cpuSeconds: {
      gateway: a.cpuSeconds.gateway + b.cpuSeconds.gateway,
      ingest: a.cpuSeconds.ingest + b.cpuSeconds.ingest,
      nats: a.cpuSeconds.nats + b.cpuSeconds.nats,
    },
  };
}

/** How many alerts a second of the services' CPU accepts; `withNats` counts nats-server's CPU too. */
export function alertsPerCpuSecond({ alerts, cpuSeconds }: WayFigures, withNats: boolean): number {
  const { gateway, ingest, nats } = cpuSeconds;
  return alerts / (gateway + ingest + (withNats ? nats : 0));
}

/** A row a way. The ways are compared with `rest`, or with the first if that is not among them. */
export function formatWays(ways: readonly WayFigures[]): string {
  const base = ways.find(({ way }) => way === 'rest') ?? (ways[0] as WayFigures);
  return formatTable(ways.map(figures => rowOf(figures, base)));
}

function rowOf(figures: WayFigures, base: WayFigures): Record<string, string> {
  const { way, alerts, seconds, callMs, cpuSeconds } = figures;
  const microsAnAlert = (cpu: number): string => ((cpu * 1e6) / alerts).toFixed(0);
  return {
    via: way,
    'alerts/s': (alerts / seconds).toFixed(0),
    'p50 ms': quantileOf(callMs, 0.5).toFixed(1),
    'p99 ms': quantileOf(callMs, 0.99).toFixed(1),
    'gateway µs': microsAnAlert(cpuSeconds.gateway),
    'ingest-svc µs': microsAnAlert(cpuSeconds.ingest),
    'nats-server µs': microsAnAlert(cpuSeconds.nats),
    ...efficiency('alerts/CPU s', figures, base, false),
    ...efficiency('with nats-server', figures, base, true),
  };
}

function efficiency(column: string, figures: WayFigures, base: WayFigures, withNats: boolean): Record<string, string> {
  const ratio = alertsPerCpuSecond(figures, withNats) / alertsPerCpuSecond(base, withNats);
  return { [column]: `${alertsPerCpuSecond(figures, withNats).toFixed(0)} (${ratio.toFixed(2)}x ${base.way})` };
}
