import { expect } from 'chai';
import { mapInOrder } from './map-in-order.ts';

async function* source(items: number[], failure?: Error): AsyncIterable<number> {
  yield* items;
  if (failure !== undefined) throw failure;
}

describe('mapInOrder', () => {
  it('yields in the order of the items, whichever is done first', async () => {
    const works = new Map([1, 2, 3].map(item => [item, Promise.withResolvers<string>()]));
    const results = mapInOrder(source([1, 2, 3]), 3, item => works.get(item)?.promise as Promise<string>);
    const all = Array.fromAsync(results);
    for (const item of [3, 1, 2]) works.get(item)?.resolve(`done ${item}`);
    expect(await all).to.deep.equal(['done 1', 'done 2', 'done 3']);
  });

  it('has no more than the limit under way', async () => {
    let underWay = 0;
    let most = 0;
    const results = mapInOrder(source(Array.from({ length: 50 }, (_, i) => i)), 4, async item => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
      return item;
    });
    expect(await Array.fromAsync(results)).to.have.length(50);
    expect(most).to.be.within(2, 4);
  });

  it('yields what was taken before it throws the failure of the source', async () => {
    const seen: number[] = [];
    const failure = new Error('source is gone');
    const results = mapInOrder(source([1, 2], failure), 8, async item => {
      await new Promise(setImmediate);
      return item;
    });
    const caught = await (async () => {
      for await (const result of results) seen.push(result);
    })().catch((error: unknown) => error);
    expect(seen).to.deep.equal([1, 2]);
    expect(caught).to.equal(failure);
  });

  it('yields what came before the item that fails, and then throws its error', async () => {
    const seen: number[] = [];
    const failure = new Error('not this one');
    const results = mapInOrder([1, 2, 3], 8, async item => {
      await new Promise(setImmediate);
      if (item === 2) throw failure;
      return item;
    });
    const caught = await (async () => {
      for await (const result of results) seen.push(result);
    })().catch((error: unknown) => error);
    expect(seen).to.deep.equal([1]);
    expect(caught).to.equal(failure);
  });

  it('yields a result while it waits for the next item', async () => {
    const rest = Promise.withResolvers<void>();
    async function* items(): AsyncIterable<number> {
      yield 1;
      await rest.promise;
    }
    const results = mapInOrder(items(), 8, async item => item)[Symbol.asyncIterator]();
    expect(await results.next()).to.deep.equal({ done: false, value: 1 });
    rest.resolve();
    expect((await results.next()).done).to.equal(true);
  });
});
