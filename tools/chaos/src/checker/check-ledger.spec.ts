import type { Alert } from '@vigie/alert';
import { expect } from 'chai';
import type { ExpectedEnd } from '../chaos-videos.ts';
import { checkLedger } from './check-ledger.ts';
import type { Findings, FoundMessage, FoundOutcome, FoundQuarantined, FoundRow } from './findings.ts';
import { Ledger } from './ledger.ts';

const PROCESSED: ExpectedEnd = { status: 'PROCESSED', failureCode: null };
const UNREACHABLE: ExpectedEnd = { status: 'QUARANTINED', failureCode: 'VIDEO_UNREACHABLE' };

const alert = (uid: string, change: Partial<Alert> = {}): Alert => {
  return {
    tenant: 'default',
    uid,
    video: '/videos/a.mp4',
    timestampMicros: 1_748_871_320_683_412,
    store: 'store-42',
    ...change,
  };
};
const rowOf = (of: Alert, end: ExpectedEnd = PROCESSED): FoundRow => ({ ...of, ...end });
const outcomeOf = (of: Alert): FoundOutcome => ({ ...of, ...PROCESSED });
const messageOf = (of: Alert): FoundMessage => ({ payload: JSON.stringify(of), alert: of });
const quarantinedOf = (of: Alert, reason: string): FoundQuarantined => ({ ...messageOf(of), reason });

/** A mesh that has kept every promise about these alerts. */
function sound(...alerts: Alert[]): Findings {
  return {
    rows: alerts.map(each => rowOf(each)),
    alerts: alerts.map(messageOf),
    outcomes: alerts.map(outcomeOf),
    quarantined: [],
    listed: [],
    consumers: [{ name: 'probe', pending: 0, ackPending: 0 }],
  };
}

function ledgerOf(...alerts: Alert[]): Ledger {
  const ledger = new Ledger();
  for (const each of alerts) {
    ledger.noteSent(each, PROCESSED);
    ledger.noteAccepted(each);
  }
  return ledger;
}

/** In the stream, and listed for whoever looks after the quarantine. */
function quarantine(...quarantined: FoundQuarantined[]): Pick<Findings, 'quarantined' | 'listed'> {
  return {
    quarantined,
    listed: quarantined.map(({ payload, reason }, index) => ({ id: `${index}`, payload, reason })),
  };
}

const breachesOf = (ledger: Ledger, findings: Findings) =>
  checkLedger(ledger, findings).map(({ kind, alert }) => [kind, alert]);

describe('checkLedger', () => {
  const [a, b] = [alert('a'), alert('b')];

  it('finds nothing if every accepted alert has its row, its end and its event', () => {
    expect(checkLedger(ledgerOf(a, b), sound(a, b))).to.deep.equal([]);
  });

  it('accepts an alert that was sent and never answered, with or without a row', () => {
    const ledger = new Ledger();
    ledger.noteSent(a, PROCESSED);
    expect(checkLedger(ledger, sound())).to.deep.equal([]);
    expect(checkLedger(ledger, sound(a))).to.deep.equal([]);
  });

  it('finds a row that went to another tenant than the one whose alert it was', () => {
    const ofAcme = alert('a', { tenant: 'acme' });
    expect(checkLedger(ledgerOf(a, ofAcme), sound(a, ofAcme))).to.deep.equal([]);
    expect(breachesOf(ledgerOf(a, ofAcme), sound(a, a))).to.deep.equal([
      ['doubled', 'a'],
      ['lost', 'acme/a'],
    ]);
  });

  it('accepts events that are published twice', () => {
    const findings = sound(a);
    expect(checkLedger(ledgerOf(a), { ...findings, outcomes: [outcomeOf(a), outcomeOf(a)] })).to.deep.equal([]);
  });

  it('finds an accepted alert without a row', () => {
    expect(breachesOf(ledgerOf(a, b), sound(a))).to.deep.equal([['lost', 'b']]);
  });

  it('finds an accepted alert that nobody works on', () => {
    const rows = [rowOf(a, { status: 'RECEIVED' as 'PROCESSED', failureCode: null })];
    expect(breachesOf(ledgerOf(a), { ...sound(a), rows })).to.deep.equal([['lost', 'a']]);
  });

  it('finds an alert that is stored twice', () => {
    expect(breachesOf(ledgerOf(a), { ...sound(a), rows: [rowOf(a), rowOf(a)] })).to.deep.equal([['doubled', 'a']]);
  });

  it('finds an alert that is stored and also quarantined as a conflict with itself', () => {
    const quarantined = quarantine(quarantinedOf(a, 'UID_CONFLICT'));
    expect(breachesOf(ledgerOf(a), { ...sound(a), ...quarantined })).to.deep.equal([['doubled', 'a']]);
  });

  for (const change of [
    { video: '/videos/b.mp4' },
    { timestampMicros: 1 },
    { store: 'other' },
    { labels: { a: '' } },
  ]) {
    it(`finds a row with another ${Object.keys(change)}`, () => {
      const rows = [rowOf(alert('a', change))];
      expect(breachesOf(ledgerOf(a), { ...sound(a), rows })).to.deep.equal([['wrong-content', 'a']]);
    });
  }

  it('finds a wrong end, also one with another failure code', () => {
    const failed = rowOf(a, { status: 'FAILED', failureCode: 'VIDEO_NOT_FOUND' });
    expect(breachesOf(ledgerOf(a), { ...sound(a), rows: [failed] })).to.deep.equal([['wrong-outcome', 'a']]);
    const ledger = new Ledger();
    ledger.noteSent(a, UNREACHABLE);
    const quarantined = rowOf(a, { status: 'QUARANTINED', failureCode: 'VIDEO_NOT_FOUND' });
    expect(breachesOf(ledger, { ...sound(a), rows: [quarantined] })).to.deep.equal([['wrong-outcome', 'a']]);
  });

  it('finds an end that no event reports', () => {
    expect(breachesOf(ledgerOf(a), { ...sound(a), outcomes: [] })).to.deep.equal([['missing-event', 'a']]);
    const ledger = new Ledger();
    ledger.noteSent(a, UNREACHABLE);
    const findings = { ...sound(a), rows: [rowOf(a, UNREACHABLE)] };
    expect(breachesOf(ledger, findings)).to.deep.equal([['missing-event', 'a']]);
    const quarantined = quarantine(quarantinedOf(a, 'VIDEO_UNREACHABLE'));
    expect(checkLedger(ledger, { ...findings, ...quarantined })).to.deep.equal([]);
  });

  describe('with two contents of one uid', () => {
    const newcomer = alert('a', { store: 'other' });
    const quarantined = quarantine(quarantinedOf(newcomer, 'UID_CONFLICT'));

    it('accepts the first as the row and the other in quarantine', () => {
      expect(checkLedger(ledgerOf(a, newcomer), { ...sound(a), ...quarantined })).to.deep.equal([]);
    });

    it('finds a conflicting alert that vanished', () => {
      expect(breachesOf(ledgerOf(a, newcomer), sound(a))).to.deep.equal([['lost', 'a']]);
    });

    it('finds a conflicting alert that is current though it was sent after the other was accepted', () => {
      const findings = { ...sound(newcomer), ...quarantine(quarantinedOf(a, 'UID_CONFLICT')) };
      expect(breachesOf(ledgerOf(a, newcomer), findings)).to.deep.equal([['out-of-order', 'a']]);
    });

    it('accepts either as the row if both were sent at once', () => {
      const ledger = new Ledger();
      for (const each of [a, newcomer]) ledger.noteSent(each, PROCESSED);
      for (const each of [a, newcomer]) ledger.noteAccepted(each);
      expect(checkLedger(ledger, { ...sound(a), ...quarantined })).to.deep.equal([]);
      const other = { ...sound(newcomer), ...quarantine(quarantinedOf(a, 'UID_CONFLICT')) };
      expect(checkLedger(ledger, other)).to.deep.equal([]);
    });
  });

  it('finds a malformed message that is not in quarantine', () => {
    const ledger = new Ledger();
    ledger.noteJunkSent('junk 1');
    expect(checkLedger(ledger, sound())).to.deep.equal([]);
    ledger.noteJunkAccepted('junk 1');
    expect(breachesOf(ledger, sound())).to.deep.equal([['lost', undefined]]);
    const quarantined = quarantine({ payload: 'junk 1', alert: undefined, reason: 'MALFORMED_MESSAGE' });
    expect(checkLedger(ledger, { ...sound(), ...quarantined })).to.deep.equal([]);
  });

  it('finds a quarantined message that is not listed', () => {
    const { quarantined } = quarantine(quarantinedOf(alert('a', { store: 'other' }), 'UID_CONFLICT'));
    expect(breachesOf(ledgerOf(a), { ...sound(a), quarantined })).to.deep.equal([['lost', undefined]]);
  });

  it('finds what nobody sent, wherever it is', () => {
    const { rows, alerts, outcomes } = sound(b);
    const nothing = sound();
    expect(breachesOf(ledgerOf(), { ...nothing, rows })).to.deep.equal([['foreign', 'b']]);
    expect(breachesOf(ledgerOf(), { ...nothing, alerts })).to.deep.equal([['foreign', 'b']]);
    expect(breachesOf(ledgerOf(), { ...nothing, outcomes })).to.deep.equal([['foreign', 'b']]);
    const quarantined = quarantine(quarantinedOf(b, 'UID_CONFLICT'));
    expect(breachesOf(ledgerOf(), { ...nothing, ...quarantined })).to.deep.equal([['foreign', 'b']]);
    const junk = [{ payload: 'never sent', alert: undefined }];
    expect(breachesOf(ledgerOf(), { ...nothing, alerts: junk })).to.deep.equal([['foreign', undefined]]);
  });

  it('finds work that a consumer has left', () => {
    for (const left of [
      { pending: 1, ackPending: 0 },
      { pending: 0, ackPending: 1 },
    ]) {
      const consumers = [{ name: 'probe', ...left }];
      expect(breachesOf(ledgerOf(a), { ...sound(a), consumers })).to.deep.equal([['unfinished-work', undefined]]);
    }
  });
});
