import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { type Alert, type AlertContent, alertKey, contentKey, isSameContent } from '@vigie/alert';
import type { Breach, BreachKind } from './breach.ts';
import type { Findings, FoundOutcome, FoundQuarantined, FoundRow } from './findings.ts';
import type { Ledger, SentAlert } from './ledger.ts';

/** Compares what clients know with what the mesh holds at rest. Empty if every promise was kept. */
export function checkLedger(ledger: Ledger, findings: Findings): Breach[] {
  const rows = Map.groupBy(findings.rows, alertKey);
  const outcomes = Map.groupBy(findings.outcomes, alertKey);
  const quarantined = Map.groupBy(findings.quarantined, ({ alert }) => alert && alertKey(alert));
  const breaches = [...ledger.sent].flatMap(([alert, contents]) =>
    checkUid(contents, {
      rows: rows.get(alert) ?? [],
      outcomes: outcomes.get(alert) ?? [],
      quarantined: quarantined.get(alert) ?? [],
    }).map(({ kind, detail }) => ({ kind, alert, detail })),
  );
  return [
    ...breaches,
    ...checkJunk(ledger, findings),
    ...checkListed(findings),
    ...findForeign(ledger, findings),
    ...checkConsumers(findings),
  ];
}

interface HeldOfUid {
  readonly rows: readonly FoundRow[];
  readonly outcomes: readonly FoundOutcome[];
  readonly quarantined: readonly FoundQuarantined[];
}

/** A breach that concerns one uid. */
interface UidBreach {
  readonly kind: BreachKind;
  readonly detail: string;
}

function checkUid(contents: readonly SentAlert[], held: HeldOfUid): UidBreach[] {
  const accepted = contents.filter(({ acceptedAt }) => acceptedAt !== undefined);
  const [row, ...more] = held.rows;
  if (row === undefined) {
    return accepted.length > 0 ? [{ kind: 'lost', detail: 'accepted, and there is no row' }] : [];
  }
  const breaches: UidBreach[] = more.length > 0 ? [{ kind: 'doubled', detail: `has ${held.rows.length} rows` }] : [];
  const current = contents.find(({ alert }) => isSameContent(alert, row));
  if (current === undefined) {
    return [...breaches, { kind: 'wrong-content', detail: `the row holds what was not sent: ${contentKey(row)}` }];
  }
  const newcomers = accepted.filter(sent => sent !== current);
  return [
    ...breaches,
    ...checkOrder(current, accepted),
    ...checkEnd(current, row, held),
    ...checkConflicts(current, newcomers, held),
  ];
}

/** Of two contents that were under way at the same time either may come first; otherwise the first must be current. */
function checkOrder(current: SentAlert, accepted: readonly SentAlert[]): UidBreach[] {
  const earlier = accepted.find(({ acceptedAt = Number.POSITIVE_INFINITY }) => acceptedAt < current.firstSentAt);
  if (earlier === undefined) return [];
  const detail = `${contentKey(earlier.alert)} was accepted first, and ${contentKey(current.alert)} is current`;
  return [{ kind: 'out-of-order', detail }];
}

function checkEnd({ end }: SentAlert, row: FoundRow, held: HeldOfUid): UidBreach[] {
  if (row.status === 'RECEIVED') return [{ kind: 'lost', detail: 'is RECEIVED for ever: nobody works on it' }];
  if (row.status !== end.status || row.failureCode !== end.failureCode) {
    const is = `${row.status} ${row.failureCode ?? ''}`.trim();
    return [{ kind: 'wrong-outcome', detail: `${row.video} is ${is}, not ${end.status} ${end.failureCode ?? ''}` }];
  }
  const isReported =
    row.status === 'QUARANTINED'
      ? held.quarantined.some(({ alert, reason }) => isSame(alert, row) && reason === row.failureCode)
      : held.outcomes.some(outcome => isSame(outcome, row) && outcome.status === row.status);
  return isReported ? [] : [{ kind: 'missing-event', detail: `${row.status}, and no event says so` }];
}

function checkConflicts(current: SentAlert, newcomers: readonly SentAlert[], held: HeldOfUid): UidBreach[] {
  const conflicts = held.quarantined.filter(({ reason }) => reason === 'UID_CONFLICT');
  const lost = newcomers.filter(({ alert }) => !conflicts.some(conflict => isSame(conflict.alert, alert)));
  return [
    ...lost.map(({ alert }): UidBreach => {
      return { kind: 'lost', detail: `the conflicting ${contentKey(alert)} was accepted and is not in quarantine` };
    }),
    ...(conflicts.some(({ alert }) => isSame(alert, current.alert))
      ? [{ kind: 'doubled' as const, detail: 'is in quarantine as in conflict with itself' }]
      : []),
  ];
}

function checkJunk(ledger: Ledger, { quarantined }: Findings): Breach[] {
  const kept = new Set(
    quarantined.filter(({ reason }) => reason === 'MALFORMED_MESSAGE').map(({ payload }) => payload),
  );
  return ledger.junk
    .filter(({ payload, accepted }) => accepted && !kept.has(payload))
    .map(({ payload }) => ({ kind: 'lost', detail: `the malformed message ${payload} is not in quarantine` }));
}

/** Every quarantined message of the default tenant must be listed for its operators. */
function checkListed({ quarantined, listed }: Findings): Breach[] {
  const keyOf = ({ payload, reason }: { payload: string; reason: string }): string => `${reason} ${payload}`;
  const seen = new Set(listed.map(keyOf));
  return quarantined
    .filter(({ alert }) => alert === undefined || alert.tenant === DEFAULT_TENANT)
    .filter(message => !seen.has(keyOf(message)))
    .map(({ payload, reason }) => ({ kind: 'lost', detail: `in QUARANTINE as ${reason} and not listed: ${payload}` }));
}

function findForeign(ledger: Ledger, findings: Findings): Breach[] {
  const junk = new Set(ledger.junk.map(({ payload }) => payload));
  const { sent } = ledger;
  const foreignTo = (place: string, found: { alert: Alert | undefined; payload?: string }): Breach[] => {
    const { payload = '' } = found;
    const alert = found.alert && alertKey(found.alert);
    if (alert !== undefined ? sent.has(alert) : junk.has(payload)) return [];
    return [{ kind: 'foreign', ...(alert !== undefined && { alert }), detail: `in ${place}: ${alert ?? payload}` }];
  };
  return [
    ...findings.rows.flatMap(alert => foreignTo('the table', { alert })),
    ...findings.outcomes.flatMap(alert => foreignTo('OUTCOMES', { alert })),
    ...findings.alerts.flatMap(message => foreignTo('ALERTS', message)),
    ...findings.quarantined.flatMap(message => foreignTo('QUARANTINE', message)),
  ];
}

function checkConsumers({ consumers }: Findings): Breach[] {
  return consumers
    .filter(({ pending, ackPending }) => pending + ackPending > 0)
    .map(({ name, pending, ackPending }) => {
      return { kind: 'unfinished-work', detail: `consumer ${name}: ${pending} pending, ${ackPending} not acked` };
    });
}

function isSame(a: AlertContent | undefined, b: AlertContent): boolean {
  return a !== undefined && isSameContent(a, b);
}
