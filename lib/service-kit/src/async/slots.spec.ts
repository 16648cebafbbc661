import { expect } from 'chai';
import { Slots } from './slots.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('Slots', () => {
  it('gives out as many as there are, then in the order of asking', async () => {
    const slots = new Slots(2);
    const held = [await slots.take(), await slots.take()];
    const got: number[] = [];
    const waiting = [1, 2].map(async number => {
      const slot = await slots.take();
      got.push(number);
      return slot;
    });
    await turn();
    expect(got).to.deep.equal([]);
    held[0]?.[Symbol.dispose]();
    await turn();
    expect(got).to.deep.equal([1]);
    held[1]?.[Symbol.dispose]();
    for (const slot of await Promise.all(waiting)) slot[Symbol.dispose]();
    expect(slots.allFree).to.equal(true);
  });

  it('lets go at once of who no longer wants a place', async () => {
    const slots = new Slots(1);
    const held = await slots.take();
    const reason = new Error('gone');
    const caller = new AbortController();
    const leaving = slots.take(caller.signal).catch((error: unknown) => error);
    const staying = slots.take();
    caller.abort(reason);
    expect(await leaving).to.equal(reason);
    held[Symbol.dispose]();
    (await staying)[Symbol.dispose]();
    expect(slots.allFree).to.equal(true);
  });

  it('gives all of its places to one alone, and those who ask later wait for it', async () => {
    const slots = new Slots(2);
    const held = await slots.take();
    const got: string[] = [];
    const alone = slots.takeAll().then(places => {
      got.push('alone');
      return places;
    });
    const later = slots.take().then(place => {
      got.push('later');
      return place;
    });
    expect(slots.tryTake()).to.equal(undefined);
    await turn();
    expect(got).to.deep.equal([]);
    held[Symbol.dispose]();
    await turn();
    expect(got).to.deep.equal(['alone']);
    (await alone)[Symbol.dispose]();
    (await later)[Symbol.dispose]();
    expect(slots.allFree).to.equal(true);
  });

  it('serves those behind one that wanted all places and no longer does', async () => {
    const slots = new Slots(2);
    using _held = await slots.take();
    const caller = new AbortController();
    const alone = slots.takeAll(caller.signal).catch((error: unknown) => error);
    const later = slots.take();
    caller.abort(new Error('gone'));
    expect(await alone).to.equal(caller.signal.reason);
    (await later)[Symbol.dispose]();
  });
});
