import { expect } from 'chai';
import fc from 'fast-check';
import { batchesOf } from './batches.ts';

const MIB = 2 ** 20;

async function sizes<T>(items: AsyncIterable<T>, sizeOf: (item: T) => number = () => 1): Promise<number[]> {
  const found: number[] = [];
  for await (const batch of batchesOf(items, sizeOf)) found.push(batch.length);
  return found;
}

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

describe('batchesOf', () => {
  it('makes batches of 1,000, and a smaller one of the rest', async () => {
    expect(await sizes(from(Array(2_001).keys()))).to.deep.equal([1_000, 1_000, 1]);
    expect(await sizes(from([]))).to.deep.equal([]);
  });

  it('keeps a batch below 4 MiB, and a larger item alone', async () => {
    expect(await sizes(from([3, 2, 2, 9, 1]), size => size * MIB)).to.deep.equal([1, 2, 1, 1]);
  });

  it('keeps every item once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 * MIB })), async items => {
        const batches: (readonly number[])[] = [];
        for await (const batch of batchesOf(from(items), size => size)) batches.push(batch);
        expect(batches.flat()).to.deep.equal(items);
      }),
      { numRuns: 50 },
    );
  });

  it('hands out what there is of a source that waits', async () => {
    const { promise: more, resolve } = Promise.withResolvers<void>();
    async function* source() {
      yield 1;
      yield 2;
      await more;
      yield 3;
    }
    const batches = batchesOf(source(), () => 1);
    expect((await batches.next()).value).to.deep.equal([1, 2]);
    resolve();
    expect((await batches.next()).value).to.deep.equal([3]);
    expect((await batches.next()).done).to.equal(true);
  });

  it('hands out what there was before its source failed, and then fails', async () => {
    async function* source() {
      yield 1;
      throw new Error('broken');
    }
    const batches = batchesOf(source(), () => 1);
    expect((await batches.next()).value).to.deep.equal([1]);
    const error = await batches.next().catch(failure => failure);
    expect(error).to.property('message').equal('broken');
  });
});
