import { expect } from 'chai';
import { Ledger } from './checker/ledger.ts';
import { type ChaosReport, formatReport } from './report.ts';

const alert = { tenant: 'default', uid: 'a', video: '/videos/a.mp4', timestampMicros: 1, store: 'store-1' };
const end = { status: 'PROCESSED', failureCode: null } as const;

function report(change: Partial<ChaosReport> = {}): ChaosReport {
  const ledger = new Ledger();
  ledger.noteSent(alert, end);
  ledger.noteRefused('HTTP 503');
  ledger.noteSent(alert, end);
  ledger.noteAccepted(alert);
  return {
    seed: 42,
    duration: { minutes: 3 },
    lanes: 2,
    ledger,
    faults: new Map([
      ['kill-nats', { injected: 3, skipped: 0, recoveriesMs: [900, undefined, 100, 2_000] }],
      ['link-cut', { injected: 0, skipped: 0, recoveriesMs: [] }],
      ['postgres-disk-full', { injected: 0, skipped: 1, recoveriesMs: [] }],
    ]),
    findings: { rows: [{ ...alert, ...end }], quarantined: [] },
    breaches: [],
    repairs: new Map([['EVENT', 2]]),
    unexpectedExits: new Map(),
    idleAfterMs: 1_234,
    ...change,
  };
}

describe('formatReport', () => {
  it('shows what was sent, accepted and refused, and what became of it', () => {
    expect(formatReport(report()).replace(/ +/g, ' ')).to.include(`sent 1 uids, in 2 sends with duplicates and retries
accepted 1 and 0 messages that are no alert
PROCESSED 1
conflicting 0 other contents of a uid, in quarantine
refused 1 HTTP 503
swept 2 had no EVENT, which was lost
idle 1.2 s after the last fault`);
  });

  it('shows each kind of fault with its median and longest recovery, and kinds that never occurred', () => {
    expect(formatReport(report()).replace(/ +/g, ' ')).to.include(`kill-nats 3 0.9 s 2.0 s
link-cut not reached
postgres-disk-full not possible on this machine`);
  });

  it('says that nothing was lost or doubled, and names every other breach', () => {
    expect(formatReport(report())).to.match(/lost +0\ndoubled +0$/);
    const breaches = [{ kind: 'lost', alert: 'a', detail: 'accepted, and there is no row' } as const];
    expect(formatReport(report({ breaches }))).to.match(
      /lost +1\ndoubled +0\n\nlost a: accepted, and there is no row$/,
    );
  });
});
