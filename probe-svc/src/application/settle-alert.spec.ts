import type { FinishedAlert, Outcome } from '@vigie/alert';
import { expect } from 'chai';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { AlertQuarantineError } from '../ports/alert-quarantine.ts';
import { OutcomeEventsError } from '../ports/outcome-events.ts';
import { OutcomeStoreError } from '../ports/outcome-store.ts';
import { deliveryOf } from '../testing/delivery-of.ts';
import { mediaOf } from '../testing/media-of.ts';
import type { ProbedAlert } from './probe-alert.ts';
import type { PutOff } from './probe-in-turn.ts';
import { createSettleAlert, type SettleAlertParts } from './settle-alert.ts';

const schedule = { baseMs: 1_000, maxMs: 600_000, maxAttempts: 14 };
const report = {
  finding: { kind: 'media', media: mediaOf() },
  bytesRead: 1,
  requests: 1,
  elapsedMs: 1,
  diagnostics: [],
} as const;
const processed: Outcome = { status: 'PROCESSED', media: mediaOf() };
const quarantined: Outcome = { status: 'QUARANTINED', failure: { code: 'VIDEO_UNREACHABLE', message: 'why' } };

function finished(outcome: Outcome): ProbedAlert {
  const { alert, receivedAt, traceId } = deliveryOf();
  const effort = { attempts: 1, bytesRead: 1, requests: 1, elapsedMs: 1 };
  const record: FinishedAlert = { alert, receivedAt, traceId, outcome, effort, processedAt: new Date(), sequence: 7 };
  return { kind: 'finished', record, report };
}

describe('settleAlert', () => {
  let steps: string[];

  beforeEach(() => {
    steps = [];
  });

  const settle = (
    probed: ProbedAlert | PutOff,
    parts: Partial<SettleAlertParts> = {},
    delivery: AlertDelivery = deliveryOf(),
    signal?: AbortSignal,
  ) =>
    createSettleAlert({
      probeInTurn: async () => probed,
      store: {
        record: async ({ record }) => {
          steps.push(`record ${record.outcome.status}`);
          return { kind: 'stands', record };
        },
      },
      events: {
        publish: async ({ outcome }, position) => void steps.push(`tell ${outcome.status} at ${position}`),
      },
      quarantine: { keep: async (_, { code }) => void steps.push(`keep ${code}`) },
      schedule,
      ...parts,
    })(delivery, signal);

  it('writes the row before it tells anybody', async () => {
    expect(await settle(finished(processed))).to.have.property('kind', 'settled');
    expect(steps).to.deep.equal(['record PROCESSED', 'tell PROCESSED at 7']);
  });

  it('keeps the message of an alert that is given up, instead of telling an outcome', async () => {
    expect(await settle(finished(quarantined))).to.have.property('kind', 'settled');
    expect(steps).to.deep.equal(['record QUARANTINED', 'keep VIDEO_UNREACHABLE']);
  });

  it('tells nothing of an alert whose uid belongs to another one', async () => {
    const store = { record: async () => ({ kind: 'conflict' }) as const };
    expect(await settle(finished(processed), { store })).to.deep.equal({ kind: 'conflict' });
    expect(steps).to.deep.equal([]);
  });

  it('tells nothing of an alert that has the outcome of another message', async () => {
    const store = { record: async () => ({ kind: 'superseded' }) as const };
    expect(await settle(finished(processed), { store })).to.deep.equal({ kind: 'superseded' });
    expect(steps).to.deep.equal([]);
  });

  it('tells what an earlier delivery recorded, which may have died before it could', async () => {
    const standing = finished(quarantined) as Extract<ProbedAlert, { kind: 'finished' }>;
    const store = { record: async () => ({ kind: 'stands', record: standing.record }) as const };
    expect(await settle(finished(processed), { store })).to.include({ kind: 'settled', record: standing.record });
    expect(steps).to.deep.equal(['keep VIDEO_UNREACHABLE']);
  });

  it('says whether its message was published to have the alert probed again', async () => {
    const said: boolean[] = [];
    const store: SettleAlertParts['store'] = {
      async record({ isReplay }) {
        said.push(isReplay);
        return { kind: 'superseded' };
      },
    };
    await settle(finished(processed), { store });
    await settle(finished(processed), { store }, deliveryOf({ isReplay: true }));
    expect(said).to.deep.equal([false, true]);
  });

  it('does nothing for an alert whose store holds the others up', async () => {
    expect(await settle({ kind: 'put-off', delayMs: 1_234 })).to.deep.equal({ kind: 'put-off', delayMs: 1_234 });
    expect(steps).to.deep.equal([]);
  });

  it('does nothing for an alert that is tried again later', async () => {
    const failure = { code: 'VIDEO_UNREACHABLE', message: 'why' } as const;
    const settlement = await settle({ kind: 'retry', failure, delayMs: 1_234, report });
    expect(settlement).to.include({ kind: 'later', delayMs: 1_234, failure });
    expect(steps).to.deep.equal([]);
  });

  it('tries the alert again soon when the store would not take its outcome, until tries and time are used up', async () => {
    const store = { record: async () => Promise.reject(new OutcomeStoreError('OUTCOME_REFUSED', 'why')) };
    for (const delivery of [deliveryOf({ attempts: 1_000 }), deliveryOf({ attempts: 13, receivedAt: new Date(0) })]) {
      const settlement = await settle(finished(processed), { store }, delivery);
      if (settlement.kind !== 'held-up') throw new Error(settlement.kind);
      expect(settlement.delayMs).to.be.within(800, 5_000);
      expect(steps).to.deep.equal([]);
    }
  });

  const awayAtFirst = (away: Error, step: string) => async () => {
    steps.push(step);
    if (steps.filter(done => done === step).length < 3) throw away;
  };
  const broken: [string, Outcome, Partial<SettleAlertParts>][] = [
    ['the events', processed, { events: { publish: awayAtFirst(new OutcomeEventsError('away'), 'tell') } }],
    ['the quarantine', quarantined, { quarantine: { keep: awayAtFirst(new AlertQuarantineError('away'), 'tell') } }],
  ];
  for (const [what, outcome, parts] of broken) {
    it(`waits for ${what} to be back, without probing or recording again`, async () => {
      expect(await settle(finished(outcome), parts)).to.have.property('kind', 'settled');
      expect(steps).to.deep.equal([`record ${outcome.status}`, 'tell', 'tell', 'tell']);
    });
  }

  describe('when its tries and time are used up', () => {
    const usedUp = deliveryOf({ attempts: 14, receivedAt: new Date(0) });
    const refusing = (error: Error, accepts: (outcome: Outcome) => boolean): SettleAlertParts['store'] => ({
      async record({ record }) {
        if (!accepts(record.outcome)) throw error;
        steps.push(`record ${record.outcome.status}`);
        return { kind: 'stands', record };
      },
    });
    const faults = [
      new OutcomeStoreError('OUTCOME_REFUSED', 'the fault'),
      new OutcomeStoreError('ALERT_UNKNOWN', 'the fault'),
      new OutcomeStoreError('STORE_FAILED', 'the fault'),
      new TypeError('the fault'),
    ];
    for (const fault of faults) {
      const name = fault instanceof OutcomeStoreError ? fault.reason : 'an unknown error';

      it(`gives an alert up over ${name}, and its row says so`, async () => {
        const store = refusing(fault, ({ status }) => status === 'QUARANTINED');
        const settlement = await settle(finished(processed), { store }, usedUp);
        expect(settlement).to.include({ kind: 'given-up', error: fault, recordError: undefined });
        expect(settlement).to.have.nested.property('failure.message').include('the fault');
        expect(steps).to.deep.equal(['record QUARANTINED', 'keep INTERNAL']);
      });

      it(`keeps its message all the same where the row can't say so over ${name}`, async () => {
        const store = refusing(fault, () => false);
        const settlement = await settle(finished(processed), { store }, usedUp);
        expect(settlement).to.include({ kind: 'given-up', error: fault, recordError: fault });
        expect(steps).to.deep.equal(['keep INTERNAL']);
      });
    }

    it('leaves an alert that has its outcome by now to that one', async () => {
      const probeInTurn = async () => Promise.reject(new TypeError('a bug'));
      const store = { record: async () => ({ kind: 'superseded' }) as const };
      expect(await settle(finished(processed), { probeInTurn, store }, usedUp)).to.deep.equal({ kind: 'superseded' });
      expect(steps).to.deep.equal([]);
    });

    it('gives nothing up because it is told to stop', async () => {
      const stop = new AbortController();
      stop.abort(new Error('stopping'));
      const store = refusing(new TypeError('the fault'), () => false);
      const error = await settle(finished(processed), { store }, usedUp, stop.signal).catch(caught => caught);
      expect(error).to.equal(stop.signal.reason);
      expect(steps).to.deep.equal([]);
    });
  });

  it('does not hide what it does not know', async () => {
    const store = { record: async () => Promise.reject(new TypeError('a bug')) };
    expect(await settle(finished(processed), { store }).catch(error => error)).to.be.instanceOf(TypeError);
  });
});
