import type { JetStreamManager } from '@nats-io/jetstream';
import { openJetStream, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { attemptOf, deliveryOf } from '../../testing/delivery-of.ts';
import { eventually } from '../../testing/eventually.ts';
import { AttemptsStream } from './attempts-stream.ts';
import { JetStreamAttemptJournal } from './jetstream-attempt-journal.ts';

describe('JetStreamAttemptJournal', () => {
  const teardown = new AsyncDisposableStack();
  /** As the services use it, with the rights of probe-svc. */
  let stream: AttemptsStream;
  let operator: JetStreamManager;
  let journals: JetStreamAttemptJournal[];

  before(async () => {
    const nats = teardown.use(await startScratchNats());
    ({ manager: operator } = await openJetStream(teardown, nats.url));
    const { client, manager } = await openJetStream(teardown, nats.urlOf('probe-svc'));
    stream = new AttemptsStream({ client, manager, replicas: 1, logger: pino({ level: 'silent' }) });
  });
  after(() => teardown.disposeAsync());
  beforeEach(async () => {
    await stream.ensure();
    await operator.streams.purge('ATTEMPTS');
    journals = [];
  });
  afterEach(() => Promise.all(journals.map(journal => journal[Symbol.asyncDispose]())));

  /** That of one process. */
  const open = () => {
    const journal = new JetStreamAttemptJournal(stream);
    journals.push(journal);
    return journal;
  };
  const delivered = (deliveries: number, streamSequence = 7) => deliveryOf({ deliveries, streamSequence });
  const attemptIn = async (journal: JetStreamAttemptJournal, deliveries: number) => {
    using begun = await journal.begin(delivered(deliveries));
    const { attempts, isSuspect } = begun.attempt;
    return { attempts, isSuspect };
  };

  it('suspects an alert whose process ended while it probed it, and none that this process was about to probe', async () => {
    await open().begin(delivered(1, 7));
    const other = open();
    expect(await attemptIn(other, 2)).to.deep.equal({ attempts: 2, isSuspect: true });
    const { attempt } = await other.begin(delivered(2, 8));
    expect(attempt).to.include({ attempts: 1, isSuspect: false });
  });

  it('counts no delivery without an attempt', async () => {
    expect(await attemptIn(open(), 1_000)).to.deep.equal({ attempts: 1, isSuspect: false });
  });

  it('counts an attempt that its process survived, and suspects nothing', async () => {
    const journal = open();
    const begun = await journal.begin(delivered(1));
    begun[Symbol.dispose]();
    await journal.note(begun.attempt);
    // Deferred seven times since then.
    expect(await attemptIn(open(), 9)).to.deep.equal({ attempts: 2, isSuspect: false });
  });

  it('suspects an alert until it is done with, however its next attempts end', async () => {
    await open().note(attemptOf({ deliveries: 2, attempts: 2, isSuspect: true }));
    expect(await attemptIn(open(), 3)).to.deep.equal({ attempts: 3, isSuspect: true });
  });

  it('says soon that an attempt is over, also if no other begins', async () => {
    const begun = await open().begin(delivered(1));
    begun[Symbol.dispose]();
    await eventually(async () => expect(await attemptIn(open(), 2)).to.deep.equal({ attempts: 1, isSuspect: false }));
  });

  it('says when its process stops that nothing is to blame for that', async () => {
    const journal = open();
    await journal.begin(delivered(1));
    await journal[Symbol.asyncDispose]();
    expect(await attemptIn(open(), 2)).to.deep.equal({ attempts: 1, isSuspect: false });
  });

  it('writes one message for many attempts', async () => {
    const { state: before } = await operator.streams.info('ATTEMPTS');
    const journal = open();
    await Promise.all(Array.from({ length: 500 }, (_, i) => journal.begin(delivered(1, i + 1))));
    const { state } = await operator.streams.info('ATTEMPTS');
    expect(state.last_seq - before.last_seq).to.be.within(1, 2);
    expect(await attemptIn(open(), 2)).to.include({ isSuspect: true });
  });

  it('waits for a stream that somebody deleted, and makes it anew', async () => {
    await operator.streams.delete('ATTEMPTS');
    await open().begin(delivered(1));
    expect(await attemptIn(open(), 2)).to.include({ isSuspect: true });
  });

  it('ends its wait with the reason of the signal', async () => {
    await operator.streams.delete('ATTEMPTS');
    const stop = new AbortController();
    const beginning = open().begin(delivered(2), stop.signal);
    stop.abort(new Error('stopping'));
    expect(await beginning.catch((error: unknown) => error)).to.equal(stop.signal.reason);
  });
});
