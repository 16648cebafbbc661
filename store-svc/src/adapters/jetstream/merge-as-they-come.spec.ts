import { expect } from 'chai';
import { mergeAsTheyCome } from './merge-as-they-come.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function* yieldAll<T>(...items: T[]): AsyncIterable<T> {
  yield* items;
}

describe('mergeAsTheyCome', () => {
  it('yields every item, those of one source in their order', async () => {
    const merged = await collect(mergeAsTheyCome([yieldAll(1, 3, 5), yieldAll<number>(), yieldAll(2, 4)]));
    expect(merged.filter(item => item % 2 === 1)).to.deep.equal([1, 3, 5]);
    expect(merged.filter(item => item % 2 === 0)).to.deep.equal([2, 4]);
  });

  it('does not wait for a source that is silent', async () => {
    const silence = Promise.withResolvers<void>();
    async function* silent(): AsyncIterable<string> {
      await silence.promise;
      yield 'late';
    }
    const merged = mergeAsTheyCome([silent(), yieldAll('a', 'b')])[Symbol.asyncIterator]();
    expect((await merged.next()).value).to.equal('a');
    expect((await merged.next()).value).to.equal('b');
    silence.resolve();
    expect((await merged.next()).value).to.equal('late');
    expect((await merged.next()).done).to.equal(true);
  });

  it('asks a source for no more than was consumed and one ahead', async () => {
    let asked = 0;
    async function* endless(): AsyncIterable<number> {
      while (true) yield ++asked;
    }
    const merged = mergeAsTheyCome([endless()])[Symbol.asyncIterator]();
    for (let consumed = 0; consumed < 3; consumed++) await merged.next();
    expect(asked).to.be.at.most(4);
  });

  it('throws what a source throws', async () => {
    async function* failing(): AsyncIterable<number> {
      yield 1;
      throw new Error('lost');
    }
    const error = await collect(mergeAsTheyCome([failing()])).catch(error => error);
    expect(error.message).to.equal('lost');
  });
});
