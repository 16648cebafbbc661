import type { FinishedAlert, Labels } from '@vigie/alert';
import { ensureStreams, subjects } from '@vigie/alert/streams';
import { encodeOutcomePayload } from '@vigie/alert/wire';
import { type OpenJetStream, openJetStream, type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import {
  EVERYTHING,
  type FeedEvent,
  type FeedPosition,
  type OutcomeFeedError,
  type OutcomeFilter,
} from '@vigie/outcome-feed';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { finishedAlert, receivedAlert } from '../../testing/sample-alerts.ts';
import { JetStreamOutcomeSource } from './jetstream-outcome-source.ts';

const LIMITS = { maxBytes: 10_000_000, replicas: 1 };

describe('JetStreamOutcomeSource', () => {
  const owned = new AsyncDisposableStack();
  let nats: ScratchNats;
  let operator: OpenJetStream;
  let source: JetStreamOutcomeSource;
  let uids = 0;

  before(async () => {
    nats = owned.use(await startScratchNats());
    operator = await openJetStream(owned, nats.url);
    const { client, manager } = await openJetStream(owned, nats.urlOf('store-svc'));
    source = new JetStreamOutcomeSource({ client, manager, logger: createLogger('store-svc', 'silent') });
  });
  beforeEach(async () => {
    for (const name of ['OUTCOMES', 'QUARANTINE']) await operator.manager.streams.delete(name).catch(() => undefined);
    await ensureStreams(operator.manager, LIMITS);
  });
  after(() => owned.disposeAsync());

  /** @returns the uids */
  async function report(count: number, store = 'store-1', labels?: Labels): Promise<string[]> {
    const alert = { store, ...(labels && { labels }) };
    const alerts = Array.from({ length: count }, () => receivedAlert(`uid-${++uids}`, alert));
    for (const alert of alerts) {
      await operator.client.publish(
        subjects.processed({ tenant: 'default', store }),
        encodeOutcomePayload(finishedAlert(alert)),
      );
    }
    return alerts.map(({ alert }) => alert.uid);
  }

  function read(events: AsyncIterable<FeedEvent<FinishedAlert>>, abort: AbortController) {
    const iterator = events[Symbol.asyncIterator]();
    return {
      async next(): Promise<FeedEvent<FinishedAlert>> {
        const { value, done } = await iterator.next();
        if (done === true) throw new Error('The events have ended.');
        return value;
      },
      /** Uids, and `undefined` where only the position is news. */
      async take(count: number): Promise<(string | undefined)[]> {
        const taken: (string | undefined)[] = [];
        while (taken.length < count) taken.push((await this.next()).outcome?.value.alert.uid);
        return taken;
      },
      async [Symbol.asyncDispose]() {
        abort.abort();
        await iterator.return?.();
      },
    };
  }

  function follow() {
    const abort = new AbortController();
    return read(source.follow(abort.signal), abort);
  }

  function catchUp(filter: OutcomeFilter, after: FeedPosition) {
    const abort = new AbortController();
    return read(source.catchUp(filter, after, abort.signal), abort);
  }

  /** Where a follower would begin now. */
  async function positionNow(): Promise<FeedPosition> {
    await using following = follow();
    return (await following.next()).position;
  }

  async function refusal(work: Promise<unknown>): Promise<OutcomeFeedError> {
    return work.then(
      () => expect.fail('not refused'),
      error => error as OutcomeFeedError,
    );
  }

  const consumers = async (stream: string) => (await operator.manager.streams.info(stream)).state.consumer_count;

  it('follows everything from now on, and leaves no consumer', async () => {
    await report(1);
    {
      await using following = follow();
      expect(await following.take(1)).to.deep.equal([undefined]);
      const reported = [...(await report(2)), ...(await report(1, 'Épicerie 3.14'))];
      expect(await following.take(3)).to.deep.equal(reported);
      expect([await consumers('OUTCOMES'), await consumers('QUARANTINE')]).to.deep.equal([1, 1]);
    }
    for (const stream of ['OUTCOMES', 'QUARANTINE']) {
      await waitFor(`no consumer of ${stream}`, async () => ((await consumers(stream)) === 0 ? true : undefined));
    }
  });

  it('goes on over a restart of nats-server and a lost consumer, each outcome once', async () => {
    await using following = follow();
    await following.take(1);
    const before = await report(2);
    expect(await following.take(2)).to.deep.equal(before);
    nats.server.kill('SIGKILL');
    await nats.server.waitUntilExited();
    await nats.server.start();
    const after = await waitFor('nats-server', () => report(1).catch(() => undefined));
    expect(await following.take(1)).to.deep.equal(after);
    const [consumer] = await Array.fromAsync(operator.manager.consumers.list('OUTCOMES'), ({ name }) => name);
    await operator.manager.consumers.delete('OUTCOMES', consumer as string);
    const last = await report(2);
    expect(await following.take(2)).to.deep.equal(last);
  });

  it('passes over a message that was deleted alone, and what is no record', async () => {
    await using following = follow();
    await following.take(1);
    const [a] = await report(1);
    expect(await following.take(1)).to.deep.equal([a]);
    await operator.client.publish('alerts.processed.x', 'no record');
    expect(await following.take(1)).to.deep.equal([undefined]);
    const gone = await positionNow();
    await report(1);
    await operator.manager.streams.deleteMessage('OUTCOMES', gone.outcomes.sequence + 1);
    const [c] = await report(1);
    await using catching = catchUp(EVERYTHING, gone);
    expect(await catching.take(3)).to.deep.equal([undefined, c, undefined]);
  });

  it('ends with OUTCOMES_LOST if a stream is deleted, or made anew', async () => {
    for (const isMadeAnew of [false, true]) {
      await ensureStreams(operator.manager, LIMITS);
      await using following = follow();
      await following.take(1);
      const reported = await report(1);
      expect(await following.take(1)).to.deep.equal(reported);
      await operator.manager.streams.delete('OUTCOMES');
      if (isMadeAnew) {
        await ensureStreams(operator.manager, LIMITS);
        await report(3);
      }
      const error = await refusal(
        (async () => {
          while (true) await following.next();
        })(),
      );
      expect(error.reason).to.equal('OUTCOMES_LOST');
    }
  });

  it('ends with OUTCOMES_LOST if messages are removed before they are read', async () => {
    await using following = follow();
    await following.take(1);
    await report(1);
    await following.take(1);
    const [consumer] = await Array.fromAsync(operator.manager.consumers.list('OUTCOMES'), ({ name }) => name);
    await operator.manager.consumers.delete('OUTCOMES', consumer as string);
    await report(3);
    await operator.manager.streams.purge('OUTCOMES', { seq: 4 });
    expect((await refusal(following.take(1))).reason).to.equal('OUTCOMES_LOST');
  });

  it('catches up with what matches, and says when nothing is left', async () => {
    const after = await positionNow();
    const mine = await report(250, 'mine');
    await report(5, 'others');
    await using catching = catchUp({ ...EVERYTHING, tenant: 'default', stores: ['mine'] }, after);
    expect(await catching.take(251)).to.deep.equal([undefined, ...mine]);
    const caughtUp = await catching.next();
    expect(caughtUp).to.deep.equal({ position: await positionNow() });
    const [later] = await report(1, 'mine');
    await waitFor('the one that came since', async () => {
      const { outcome } = await catching.next();
      return outcome?.value.alert.uid === later ? true : undefined;
    });
  });

  it('catches up with many stores: by their subjects, or by all if there are too many for nats-server', async () => {
    const after = await positionNow();
    const stores = Array.from({ length: 100 }, (_, index) => `Épicerie ${index}`);
    const reported: string[] = [];
    for (const store of stores) {
      reported.push(...(await report(1, store)));
      await report(1, `not ${store}`);
    }
    for (const [count, subjects] of [
      [25, 50],
      [26, 2],
      [100, 2],
    ] as const) {
      await using catching = catchUp({ ...EVERYTHING, tenant: 'default', stores: stores.slice(0, count) }, after);
      await catching.next();
      const seen = [(await catching.next()).outcome?.value.alert.uid];
      const [consumer] = await Array.fromAsync(operator.manager.consumers.list('OUTCOMES'));
      expect(consumer?.config.filter_subjects).to.have.lengthOf(subjects);
      while (seen.filter(Boolean).length < count) seen.push(...(await catching.take(1)));
      expect(seen.filter(Boolean)).to.deep.equal(reported.slice(0, count));
      await waitFor('the end', async () => {
        const { position } = await catching.next();
        return position.outcomes.sequence === after.outcomes.sequence + 200 ? true : undefined;
      });
    }
  });

  it('catches up with what has all labels, and moves on over what has not', async () => {
    const after = await positionNow();
    const [a] = await report(1, 'store-1', { camera: '3', site: 'x' });
    await report(2, 'store-1', { camera: '3' });
    await report(1, 'store-1');
    const [b] = await report(1, 'store-2', { more: '', site: 'x', camera: '3' });
    await using catching = catchUp({ ...EVERYTHING, tenant: 'default', labels: ['camera=3', 'site=x'] }, after);
    const events: FeedEvent<FinishedAlert>[] = [];
    while (events.length < 6) events.push(await catching.next());
    const uids = events.map(({ outcome }) => outcome?.value.alert.uid);
    expect(uids).to.deep.equal([undefined, a, undefined, undefined, undefined, b]);
    const sequences = events.map(({ position }) => position.outcomes.sequence - after.outcomes.sequence);
    expect(sequences).to.deep.equal([0, 1, 2, 3, 4, 5]);
  });

  it('refuses a position whose outcomes are gone, and names the oldest that is kept', async () => {
    const after = await positionNow();
    await report(5);
    await operator.manager.streams.purge('OUTCOMES', { seq: 4 });
    const error = await refusal(catchUp(EVERYTHING, after).next());
    expect(error.reason).to.equal('RESUME_TOKEN_EXPIRED');
    expect(error.position?.outcomes.sequence).to.equal(3);
    await using catching = catchUp(EVERYTHING, error.position as FeedPosition);
    expect((await catching.take(4)).filter(Boolean)).to.have.lengthOf(2);
    await using others = catchUp({ ...EVERYTHING, tenant: 'default', statuses: ['QUARANTINED'] }, after);
    expect(await others.take(1), 'of the other stream').to.deep.equal([undefined]);
  });

  it('ends with RESUME_TOKEN_EXPIRED if what it has yet to read is trimmed meanwhile', async () => {
    const after = await positionNow();
    await report(500);
    await using catching = catchUp(EVERYTHING, after);
    await catching.take(100);
    await operator.manager.streams.purge('OUTCOMES', { seq: 450 });
    const error = await refusal(catching.take(500));
    expect(error.reason).to.equal('RESUME_TOKEN_EXPIRED');
  });

  it('refuses a position of a stream that was made anew since, however far the new one has come', async () => {
    await report(3);
    const after = await positionNow();
    await operator.manager.streams.delete('OUTCOMES');
    await ensureStreams(operator.manager, LIMITS);
    await report(5);
    const error = await refusal(catchUp(EVERYTHING, after).next());
    expect(error.reason).to.equal('RESUME_TOKEN_OF_LOST_STREAM');
    await using catching = catchUp(EVERYTHING, error.position as FeedPosition);
    expect((await catching.take(6)).filter(Boolean)).to.have.lengthOf(5);
  });
});
