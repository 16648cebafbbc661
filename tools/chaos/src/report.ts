import type { ChaosOptions } from './chaos-options.ts';
import { BREACH_KINDS, type Breach, type BreachKind } from './checker/breach.ts';
import type { Findings } from './checker/findings.ts';
import type { Ledger } from './checker/ledger.ts';
import type { KindOfFaults } from './fault-log.ts';

export interface ChaosReport extends Pick<ChaosOptions, 'seed' | 'duration' | 'lanes'> {
  readonly ledger: Pick<Ledger, 'sent' | 'acceptedUids' | 'attempts' | 'refusals' | 'junk'>;
  readonly faults: ReadonlyMap<string, KindOfFaults>;
  readonly findings: Pick<Findings, 'rows' | 'quarantined'>;
  readonly breaches: readonly Breach[];
  /** How often the sweep did lost work again, by what was missing. */
  readonly repairs: ReadonlyMap<string, number>;
  readonly unexpectedExits: ReadonlyMap<string, number>;
  readonly idleAfterMs: number;
}

/** Shown one by one; more would hide the rest of the table. */
const MAX_SHOWN_BREACHES = 30;
const ALWAYS_SHOWN: readonly BreachKind[] = ['lost', 'doubled'];

export function formatReport(report: ChaosReport): string {
  return [
    `seed ${report.seed}, ${formatDuration(report.duration)} of faults, ${report.lanes} at once`,
    formatTable(alertLines(report)),
    formatTable(faultLines(report.faults)),
    formatTable(breachLines(report)),
    ...(report.breaches.length === 0 ? [] : [formatBreaches(report.breaches)]),
  ].join('\n\n');
}

function formatDuration(duration: ChaosOptions['duration']): string {
  return 'rounds' in duration ? `${duration.rounds} rounds` : `${duration.minutes} minutes`;
}

type Line = readonly string[];

function alertLines({ ledger, findings, repairs, unexpectedExits, idleAfterMs }: ChaosReport): Line[] {
  const ends = Map.groupBy(findings.rows, ({ status }) => status);
  const conflicts = findings.quarantined.filter(({ reason }) => reason === 'UID_CONFLICT');
  return [
    ['sent', count(ledger.sent.size), `uids, in ${count(ledger.attempts)} sends with duplicates and retries`],
    ['accepted', count(ledger.acceptedUids), `and ${count(ledger.junk.length)} messages that are no alert`],
    ...[...ends].sort().map(([status, rows]) => [status, count(rows.length)]),
    [
      'conflicting',
      count(new Set(conflicts.map(({ payload }) => payload)).size),
      'other contents of a uid, in quarantine',
    ],
    ...[...ledger.refusals].sort().map(([code, times]) => ['refused', count(times), code]),
    ...[...repairs].map(([missing, times]) => ['swept', count(times), `had no ${missing}, which was lost`]),
    ...[...unexpectedExits].map(([how, times]) => ['ended', count(times), how]),
    ['idle', seconds(idleAfterMs), 'after the last fault'],
  ];
}

function faultLines(faults: ReadonlyMap<string, KindOfFaults>): Line[] {
  return [
    ['fault', 'times', 'recovered in', 'at most'],
    ...[...faults].map(([kind, { injected, skipped, recoveriesMs }]): Line => {
      if (injected === 0) return [kind, skipped > 0 ? 'not possible on this machine' : 'not reached'];
      const known = recoveriesMs.filter(ms => ms !== undefined).sort((a, b) => a - b);
      return [kind, count(injected), seconds(known[Math.floor((known.length - 1) / 2)]), seconds(known.at(-1))];
    }),
  ];
}

function breachLines({ breaches }: ChaosReport): Line[] {
  const found = Map.groupBy(breaches, ({ kind }) => kind);
  const countOf = (kind: BreachKind): number => found.get(kind)?.length ?? 0;
  const shown = BREACH_KINDS.filter(kind => ALWAYS_SHOWN.includes(kind) || countOf(kind) > 0);
  return shown.map(kind => [kind, count(countOf(kind))]);
}

function formatBreaches(breaches: readonly Breach[]): string {
  const shown = breaches.slice(0, MAX_SHOWN_BREACHES).map(({ kind, alert, detail }) => {
    return `${kind}${alert === undefined ? '' : ` ${alert}`}: ${detail}`;
  });
  const rest = breaches.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${count(rest)} more`] : [])].join('\n');
}

function formatTable(lines: readonly Line[]): string {
  const widthOf = (column: number): number => Math.max(...lines.map(line => line[column]?.length ?? 0));
  return lines
    .map(line =>
      line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widthOf(column)))).join('  '),
    )
    .join('\n');
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1_000).toFixed(1)} s`;
}
