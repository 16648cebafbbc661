import { stopwatchBy } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { eventually } from '../testing/eventually.ts';
import { AdmissionQueue } from './admission-queue.ts';

describe('AdmissionQueue', () => {
  let nowMs: number;
  let queue: AdmissionQueue;
  /** Ends all probes of the store `slow`. */
  let release: () => void;
  let released: Promise<void>;
  let othersPresent: boolean;

  beforeEach(() => {
    nowMs = 0;
    othersPresent = true;
    const presence = { areOthersPresent: () => othersPresent };
    queue = new AdmissionQueue({ slots: 4, capacity: 8, presence, startWatch: stopwatchBy(() => nowMs) });
    ({ promise: released, resolve: release } = Promise.withResolvers<void>());
  });

  const probe = async (store: string, signal?: AbortSignal): Promise<'probed' | 'deferred'> => {
    using admission = await queue.admit(store, signal);
    if (admission === undefined) return 'deferred';
    using _ = admission.beginRead();
    if (store === 'slow') await released;
    return 'probed';
  };
  const all = (store: string, count: number) => Array.from({ length: count }, () => probe(store));

  const probesBegun = () => new Promise(resolve => setImmediate(resolve));

  it('admits alerts of other stores while one store waits for its slow videos', async () => {
    const slow = all('slow', 5);
    expect(await Promise.all(all('other', 3))).to.deep.equal(['probed', 'probed', 'probed']);
    release();
    expect(await Promise.all(slow)).to.deep.equal(slow.map(() => 'probed'));
    expect(queue.freeSlots).to.equal(4);
  });

  it('defers what waits for a store that turns out to be slow, until others have room', async () => {
    const results: string[] = [];
    for (const probing of all('slow', 8)) void probing.then(result => results.push(result));
    await probesBegun();
    nowMs += 3_000;
    await eventually(() => expect(results).to.deep.equal(['deferred', 'deferred', 'deferred', 'deferred']));
    expect(await probe('other')).to.equal('probed');
    release();
    await eventually(() => expect(results).to.have.lengthOf(8));
    expect(queue.freeSlots).to.equal(4);
  });

  it('defers nothing of a store that is alone, however slow it is, until another one comes', async () => {
    othersPresent = false;
    const results: string[] = [];
    const note = (result: string) => void results.push(result);
    for (const probing of all('slow', 6)) void probing.then(note);
    await probesBegun();
    nowMs += 60_000;
    const late = probe('slow').then(note);
    await probesBegun();
    expect(results).to.deep.equal([]);
    othersPresent = true;
    await eventually(() => expect(results).to.deep.equal(['deferred', 'deferred', 'deferred']));
    release();
    await late;
  });

  it('ends at once with the reason of an abort, and frees its slot', async () => {
    const stop = new AbortController();
    const slow = all('slow', 2);
    const waiting = probe('slow', stop.signal).catch(error => error);
    stop.abort('stopping');
    expect(await waiting).to.equal('stopping');
    expect(await probe('slow', stop.signal).catch(error => error)).to.equal('stopping');
    release();
    await Promise.all(slow);
    expect(queue.freeSlots).to.equal(4);
  });
});
