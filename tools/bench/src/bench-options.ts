import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly alerts: number;
  /**
   * `grpc`: one StreamAlerts call to ingest-svc. `rest`: POST /v1/alerts at the gateway over kept-alive connections.
   */
  readonly via: 'grpc' | 'rest';
}

export const USAGE = `Usage: npm run bench -- [--alerts N] [--via grpc|rest]

  --alerts N        how many alerts to send (10000)
  --via grpc|rest   one StreamAlerts call to ingest-svc (default), or POST /v1/alerts at the gateway`;

/** @returns undefined where the arguments are none of the bench's */
export function parseBenchOptions(args: readonly string[]): BenchOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { alerts: { type: 'string', default: '10000' }, via: { type: 'string', default: 'grpc' } },
    });
    const alerts = Number(values.alerts);
    const via = values.via;
    if (!Number.isInteger(alerts) || alerts < 1 || (via !== 'grpc' && via !== 'rest')) return undefined;
    return { alerts, via };
  } catch {
    return undefined;
  }
}
