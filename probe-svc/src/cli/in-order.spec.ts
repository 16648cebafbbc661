import { expect } from 'chai';
import { inOrder } from './in-order.ts';

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

describe('inOrder', () => {
  it('works on several items at once and keeps their order', async () => {
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      // The last of each pair is done first.
      if (item % 2 === 1) gates[item - 1]?.resolve();
      else await gates[item]?.promise;
      running--;
      return item;
    };
    expect(await collect(inOrder([0, 1, 2, 3], 2, work))).deep.equal([0, 1, 2, 3]);
    expect(most).equal(2);
  });

  it('gives what came before an item that fails', async () => {
    const seen: number[] = [];
    const work = async (item: number) => {
      if (item === 1) throw new Error('broken');
      return item;
    };
    const failure = (async () => {
      for await (const result of inOrder([0, 1, 2], 3, work)) seen.push(result);
    })();
    expect(await failure.catch((error: Error) => error.message)).equal('broken');
    expect(seen).deep.equal([0]);
  });
});
