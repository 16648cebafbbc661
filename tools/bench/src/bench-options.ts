import { parseArgs } from 'node:util';
import { parseWays, WAYS, type Way } from './ways/ways.ts';

export interface BenchOptions {
  readonly alerts: number;
  /** Which ways through the gateway to compare; empty for the usual bench, which streams to ingest-svc. */
  readonly via: readonly Way[];
  /** Alerts of one call of the way `batch`. */
  readonly batch: number;
  /** In how many rounds the ways take turns; the alerts of a way are spread over them. */
  readonly rounds: number;
  /** How many busy loops to run beside the mesh, one run for each number; empty for the usual bench. */
  readonly neighbours: readonly number[];
  /** How many watches to open at the gateway, one run for each number; empty for the usual bench. */
  readonly watches: readonly number[];
  /** How many callers flood the gateway, one run for each number; empty for the usual bench. */
  readonly noisy: readonly number[];
  /** How many alerts to fill the table with before lists and counts are measured; 0 for the usual bench. */
  readonly rows: number;
  /** Where the filled table is kept, and found by the next run; removed if absent. */
  readonly data: string | undefined;
  /** How long each part of a run with neighbours, watches or noisy callers is measured. */
  readonly seconds: number;
}

export const USAGE = `Usage: npm run bench -- [--alerts N]
       npm run bench -- --via WAY[,WAY...] [--alerts N] [--rounds N] [--batch N]
       npm run bench -- --neighbours N[,N...] [--seconds N]
       npm run bench -- --watches N[,N...] [--seconds N]
       npm run bench -- --noisy N[,N...] [--seconds N]
       npm run bench -- --rows N [--data DIR]

  --alerts N            how many alerts to send (10000), over one StreamAlerts call to ingest-svc or by each WAY
  --via WAY[,WAY...]    compare what it costs to accept an alert by these ways through the gateway of a mesh of its
                        own: ${WAYS.join(', ')}, or all
  --rounds N            in how many rounds they take turns (5)
  --batch N             how many alerts a call of \`batch\` has (100)
  --neighbours N[,N...] compare a quiet run with one beside N busy loops, on a mesh of its own; exits with 1 if the
                        mesh slows down by more than its share of the CPU
  --watches N[,N...]    compare the gateway of a mesh of its own without watches and with N of them; exits with 1 if a
                        watch takes too much memory, or other calls much longer
  --noisy N[,N...]      compare how long the calls of a quiet caller take alone and beside N that flood the gateway,
                        without a limit on the rate and with one; exits with 1 if they take much longer with it
  --seconds N           how long each part of that is measured (20)
  --rows N              how long lists and counts take with N alerts in the table, and by which plans; exits with 1 if
                        the p99 of one kind is above 20 ms
  --data DIR            where these are kept for the next run`;

/** That the service takes. */
const MAX_BATCH = 1_000;

/** @returns undefined if the arguments are none of the bench's */
export function parseBenchOptions(args: readonly string[]): BenchOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        alerts: { type: 'string', default: '10000' },
        via: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        batch: { type: 'string', default: '100' },
        neighbours: { type: 'string' },
        watches: { type: 'string' },
        noisy: { type: 'string' },
        rows: { type: 'string', default: '0' },
        data: { type: 'string' },
        seconds: { type: 'string', default: '20' },
      },
    });
    const [alerts, rounds, batch, seconds] = [values.alerts, values.rounds, values.batch, values.seconds].map(
      Number,
    ) as [number, number, number, number];
    const rows = Number(values.rows);
    const [neighbours = [], watches = [], noisy = []] = [values.neighbours, values.watches, values.noisy].map(countsOf);
    const via = values.via === undefined ? [] : parseWays(values.via);
    if (via === undefined || batch > MAX_BATCH || (rows !== 0 && !isCount(rows))) return undefined;
    if (![alerts, rounds, batch, seconds, ...neighbours, ...watches, ...noisy].every(isCount)) return undefined;
    return { alerts, via, rounds, batch, neighbours, watches, noisy, rows, data: values.data, seconds };
  } catch {
    return undefined;
  }
}

function countsOf(list: string | undefined): number[] {
  return list?.split(',').map(Number) ?? [];
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
