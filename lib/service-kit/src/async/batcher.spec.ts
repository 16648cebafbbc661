import { expect } from 'chai';
import { Batcher } from './batcher.ts';

describe('Batcher', () => {
  it('sends what arrives while a batch is under way as the next one', async () => {
    const batches: number[][] = [];
    const first = Promise.withResolvers<void>();
    const batcher = new Batcher<number, number>({
      maxSize: 3,
      flush: async items => {
        batches.push([...items]);
        if (batches.length === 1) await first.promise;
        return items.map(item => item * 10);
      },
    });
    const one = batcher.add(1);
    await new Promise(setImmediate);
    const rest = [2, 3, 4, 5].map(item => batcher.add(item));
    first.resolve();
    expect(await Promise.all([one, ...rest])).to.deep.equal([10, 20, 30, 40, 50]);
    expect(batches).to.deep.equal([[1], [2, 3, 4], [5]]);
  });

  it('fails the items of a failed batch and goes on with the next', async () => {
    const batcher = new Batcher<string, string>({
      maxSize: 1,
      flush: async ([item]) => {
        if (item === 'bad') throw new Error('no');
        return [item as string];
      },
    });
    const results = await Promise.allSettled([batcher.add('bad'), batcher.add('good')]);
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });

  it('fails only the bad items if the error is due to them', async () => {
    const bad = new Error('bad item');
    const batcher = new Batcher<number, number>({
      maxSize: 10,
      flush: async items => {
        if (items.some(item => item % 5 === 0)) throw bad;
        return items.map(item => item * 10);
      },
      isItemError: error => error === bad,
    });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(item => batcher.add(item)));
    expect(results.map(result => (result.status === 'fulfilled' ? result.value : result.reason))).to.deep.equal([
      ...[10, 20, 30, 40, bad],
      ...[60, 70, 80, 90, bad],
    ]);
  });

  it('refuses a flush that loses a result', async () => {
    const batcher = new Batcher<string, string>({ maxSize: 10, flush: async () => [] });
    const error = await batcher.add('a').catch((caught: Error) => caught);
    expect(error)
      .to.instanceOf(Error)
      .with.property('message')
      .match(/1 items got 0 results/);
  });
});
