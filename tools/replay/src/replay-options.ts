import { isTenantId } from '@vigie/access/tenants';
import { parseOptions, WrongUsageError } from '@vigie/dev-env/command-line';

/** Which messages of the stream `ALERTS`; they have to match all that is given. */
export interface Selection {
  /** The tenant that their subject names; with a store, the default one if absent. */
  readonly tenant: string | undefined;
  /** The store that their subject names. */
  readonly store: string | undefined;
  /** Of when the stream got them. */
  readonly since: Date | undefined;
  /** Exclusive. */
  readonly until: Date | undefined;
  /** Only the one at this position. */
  readonly sequence: number | undefined;
  /** Only those after this position. */
  readonly after: number | undefined;
}

export interface ReplayOptions extends Selection {
  /** A folder that `nats backup` has made of the stream `ALERTS`, to read from instead of the stream. */
  readonly backup: string | undefined;
  /** Only counts the messages. */
  readonly dryRun: boolean;
}

export const USAGE = `Usage: npm run -s replay -- [options]

Publishes alerts of the stream ALERTS again, so that they are probed again and their rows updated: each message at its old
subject, byte for byte, in the order of the stream. At least one of these says which:

  --store NAME     those of a store
  --tenant ID      those of a tenant; with --store, of its store (default: default)
  --since TIME     those that the stream got at this time or later: 2025-06-02T13:00:00Z, or 90s, 15m, 6h, 2d ago
  --until TIME     those that it got earlier than this
  --sequence N     the one at this position
  --after N        those after this position
  --backup DIR     those of a backup of the stream (nats backup stream ALERTS DIR), also if they were never recorded

  --dry-run        only count them
  --help           this text

NATS_URL is the server, as a user who may read and publish (nats://operator:operator@127.0.0.1:4222). Exits 0 if all are
published, 1 if not, 2 for a wrong call. Alerts that the stream no longer holds: POST /v1/alerts:replay.`;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns undefined if help is asked for. @throws WrongUsageError */
export function parseReplayOptions(args: readonly string[], now = Date.now()): ReplayOptions | undefined {
  const values = parseOptions(args, OPTIONS);
  if (values.help) return undefined;
  const { tenant, store, backup } = values;
  if (tenant !== undefined && !isTenantId(tenant))
    throw new WrongUsageError(`--tenant ${tenant}: no tenant has such an id`);
  const since = readTime('--since', values.since, now);
  const until = readTime('--until', values.until, now);
  const sequence = readPosition('--sequence', values.sequence, 1);
  const after = readPosition('--after', values.after, 0);
  if ([tenant, store, since, until, sequence, after, backup].every(given => given === undefined)) {
    throw new WrongUsageError(
      'say which alerts: give at least one of --store, --tenant, --since, --until, --sequence, --backup',
    );
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new WrongUsageError('--since has to be earlier than --until');
  }
  return { tenant, store, since, until, sequence, after, backup, dryRun: values['dry-run'] };
}

const OPTIONS = {
  tenant: { type: 'string' },
  store: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  sequence: { type: 'string' },
  after: { type: 'string' },
  backup: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readTime(name: string, text: string | undefined, now: number): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now - Number(count) * (UNIT_MS[unit] as number));
  // Without its zone a time would be that of this machine.
  const time = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new WrongUsageError(`${name} ${text}: give a time like 2025-06-02T13:00:00Z, or 15m for 15 minutes ago`);
  }
  return time;
}

function readPosition(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text) && Number(text) >= min) return Number(text);
  throw new WrongUsageError(`${name} ${text}: give a position in the stream, a whole number from ${min}`);
}
