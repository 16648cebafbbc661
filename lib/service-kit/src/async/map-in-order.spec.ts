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
    expect(await all).deep.equal(['done 1', 'done 2', 'done 3']);
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
    expect(await Array.fromAsync(results)).lengthOf(50);
    expect(most).within(2, 4);
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
    expect(seen).deep.equal([1, 2]);
    expect(caught).equal(failure);
  });
});
