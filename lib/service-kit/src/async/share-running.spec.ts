import { expect } from 'chai';
import { shareRunning } from './share-running.ts';

describe('shareRunning', () => {
  it('works once for all who ask meanwhile, and again for the next, also after an error', async () => {
    let works = 0;
    let answer = Promise.withResolvers<number>();
    const ask = shareRunning(() => {
      works++;
      return answer.promise;
    });
    const asked = [ask(), ask(), ask()];
    answer.resolve(1);
    expect(await Promise.all(asked)).to.deep.equal([1, 1, 1]);
    answer = Promise.withResolvers();
    const failed = ask();
    answer.reject(new Error('no'));
    expect(await failed.catch(() => 'failed')).to.equal('failed');
    answer = Promise.withResolvers();
    answer.resolve(3);
    expect([await ask(), works]).to.deep.equal([3, 3]);
  });
});
