import { expect } from 'chai';
import type { AlertMessage } from '../domain/alert-message.ts';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import { DatabaseError, UnstorableError } from '../ports/alert-store.ts';
import { FakeDeadLetterQueue } from '../ports/dead-letter-queue.fake.ts';
import { DeadLetterQueueError } from '../ports/dead-letter-queue.ts';
import { alertMessage, finishedAlert, found, malformedMessage, receivedAlert } from '../testing/sample-alerts.ts';
import type { DeliveryPolicy } from './complete-delivery.ts';
import { createRecordAlert } from './record-alert.ts';
import { createRecordArrival } from './record-arrival.ts';
import { recordOutcomes } from './record-outcome.ts';

const POLICY: DeliveryPolicy = {
  failures: { baseMs: 100, maxMs: 1_000, maxAttempts: 3 },
  outages: { baseMs: 1, maxMs: 5 },
  firstHoldMs: 20,
};

const away = new DatabaseError('STORE_UNREACHABLE', 'away');
const first = receivedAlert('a', { video: '/videos/first.mp4' });
const second = receivedAlert('a', { video: '/videos/second.mp4' });

describe('recording a message of the stream', () => {
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  let deadLetters: FakeDeadLetterQueue;
  let positionsCompare: boolean;
  beforeEach(() => {
    positionsCompare = true;
    stores = new FakeAlertStores();
    store = stores.of('default');
    deadLetters = new FakeDeadLetterQueue();
  });

  const record = (message: AlertMessage, signal?: AbortSignal) =>
    createRecordAlert({
      ...{ recordArrival: createRecordArrival(stores), stores, deadLetters, policy: POLICY },
      mayDisplace: async () => positionsCompare,
    })(message, signal);

  /** A message that was stored just now, unlike one whose time is used up. */
  const fresh = (message: AlertMessage): AlertMessage => ({ ...message, receivedAt: new Date() });

  it('gives an alert its row, once', async () => {
    const message = alertMessage(first);
    expect(await record(message)).to.deep.equal({ kind: 'recorded', as: 'RECORDED' });
    expect(await record(message)).to.deep.equal({ kind: 'recorded', as: 'UNCHANGED' });
    expect(store.rows.get('a')).to.deep.equal(first);
    expect(deadLetters.letters).to.deep.equal([]);
  });

  it('quarantines what is no alert', async () => {
    const failure = { code: 'MALFORMED_MESSAGE', message: 'not an alert' };
    expect(await record(malformedMessage('not an alert'))).to.deep.equal({ kind: 'quarantined', failure });
    expect(deadLetters.letters).to.have.lengthOf(1);
  });

  it('quarantines the later of two conflicting alerts', async () => {
    await record(alertMessage(first, { sequence: 5 }));
    expect(await record(alertMessage(second, { sequence: 7 }))).to.have.nested.property('failure.code', 'UID_CONFLICT');
    expect(deadLetters.letters.map(({ sequence }) => sequence)).to.deep.equal([7]);
    expect(store.rows.get('a')).to.deep.equal(first);
  });

  it('quarantines one with other labels, and takes the same ones for the same alert', async () => {
    const labelled = (labels: Record<string, string>, sequence: number) =>
      record(alertMessage(receivedAlert('a', { labels }), { sequence }));
    await labelled({ a: '1', b: '2' }, 5);
    expect(await labelled({ b: '2', a: '1' }, 6)).to.deep.equal({ kind: 'recorded', as: 'UNCHANGED' });
    const conflict = await labelled({ a: '1' }, 7);
    expect(conflict).to.have.nested.property('failure.code', 'UID_CONFLICT');
    expect(conflict).to.have.nested.property('failure.message').that.contains('store or labels');
  });

  it('displaces the later of two conflicting alerts if that was recorded sooner, and quarantines it', async () => {
    await record(alertMessage(second, { sequence: 7 }));
    await recordOutcomes(store, [found(finishedAlert(second, undefined, 7))]);
    expect(await record(alertMessage(first, { sequence: 5 }))).to.deep.equal({ kind: 'recorded', as: 'DISPLACES' });
    expect(deadLetters.letters.map(({ sequence, failure }) => [sequence, failure.code])).to.deep.equal([
      [7, 'UID_CONFLICT'],
    ]);
    expect(store.rows.get('a')).to.deep.equal(first);
  });

  it('displaces nothing while positions do not compare, and takes a message for being where it counts as being', async () => {
    await record(alertMessage(second, { sequence: 7 }));
    positionsCompare = false;
    expect(await record(alertMessage(first, { sequence: 5 }))).to.include({ kind: 'redeliver', isOutage: true });
    expect(deadLetters.letters).to.deep.equal([]);
    expect(await record(alertMessage(first, { sequence: 5, position: 8 }))).to.include({ kind: 'quarantined' });
    expect(deadLetters.letters.map(({ sequence }) => sequence)).to.deep.equal([5]);
    expect(store.rows.get('a')).to.deep.equal(second);
  });

  it('displaces no alert that the quarantine did not take', async () => {
    await record(alertMessage(second, { sequence: 7 }));
    deadLetters.failure = new DeadLetterQueueError('full');
    expect(await record(alertMessage(first, { sequence: 5 }))).to.include({ kind: 'redeliver', isOutage: true });
    expect(store.rows.get('a')).to.deep.equal(second);
  });

  describe('that fails', () => {
    for (const error of [new UnstorableError('no such row'), new TypeError('a bug')]) {
      it(`has it delivered again after growing pauses, and quarantines it in the end (${error.name})`, async () => {
        store.failure = error;
        const delays = [];
        for (const attempts of [1, 2]) {
          const redelivery = await record(alertMessage(first, { attempts }));
          if (redelivery.kind !== 'redeliver') return expect.fail('it is not delivered again');
          expect(redelivery).to.include({ error, isOutage: false });
          delays.push(redelivery.delayMs);
        }
        expect(delays[0]).to.be.within(80, 120);
        expect(delays[1]).to.be.within(160, 240);
        expect(await record(alertMessage(first, { attempts: 3 }))).to.deep.include({ kind: 'quarantined' });
        const [letter] = deadLetters.letters;
        expect(letter).to.include({ attempts: 3, uid: 'a' });
        expect(letter?.failure).to.deep.equal({
          code: 'INTERNAL',
          message: `store-svc failed to record it: ${error.message}`,
        });
      });
    }

    it('is not given up by a restart of nats-server that uses up its deliveries in no time', async () => {
      store.failure = new TypeError('a bug');
      expect(await record(fresh(alertMessage(first, { attempts: 30 })))).to.include({ kind: 'redeliver' });
      expect(deadLetters.letters).to.deep.equal([]);
    });

    it('is delivered again while the quarantine does not take it, however often', async () => {
      store.failure = new TypeError('a bug');
      deadLetters.failure = new DeadLetterQueueError('full');
      expect(await record(alertMessage(first, { attempts: 30 }))).to.include({ kind: 'redeliver', isOutage: true });
      expect(await record({ ...malformedMessage('no'), attempts: 30 })).to.include({ kind: 'redeliver' });
    });
  });

  describe('while the store is away', () => {
    it('holds the message, and records it as soon as the store is back', async () => {
      store.failure = away;
      // Held for 10 s.
      const recorded = record(alertMessage(first, { attempts: 10 }));
      setImmediate(() => {
        store.failure = undefined;
      });
      expect(await recorded).to.deep.equal({ kind: 'recorded', as: 'RECORDED' });
    });

    it('hands it back after a while for another replica, each time after twice as long', async () => {
      store.failure = away;
      for (const [attempts, holdMs] of [
        [1, 20],
        [4, 160],
      ] as const) {
        const begin = performance.now();
        expect(await record(alertMessage(first, { attempts }))).to.deep.equal({
          ...{ kind: 'redeliver', delayMs: POLICY.outages.maxMs, error: away, isOutage: true },
        });
        expect(performance.now() - begin).to.be.at.least(holdMs * 0.8 - 1);
      }
    });

    it('gives no message up, however often it was delivered', async () => {
      store.failure = away;
      const aborted = new AbortController();
      const held = record(alertMessage(first, { attempts: 30 }), aborted.signal).catch(error => error);
      setImmediate(() => aborted.abort(new Error('stopping')));
      expect(await held).to.have.property('message', 'stopping');
      expect(deadLetters.letters).to.deep.equal([]);
    });
  });
});
