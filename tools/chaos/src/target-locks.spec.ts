import { expect } from 'chai';
import { TargetLocks } from './target-locks.ts';

describe('TargetLocks', () => {
  it('gives a target to one at a time, and several only together', async () => {
    const locks = new TargetLocks();
    const seen: string[] = [];
    const first = await locks.take(['a']);
    const second = locks.take(['a', 'b']).then(lock => {
      seen.push('second');
      return lock;
    });
    const other = await locks.take(['c']);
    const third = locks.take(['b']);
    seen.push('third', 'first ends');
    (await third)[Symbol.dispose]();
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    other[Symbol.dispose]();
    expect(seen).to.deep.equal(['third', 'first ends', 'second']);
  });
});
