import { expect } from 'chai';
import { stopwatchBy } from '../async/testing/stopwatch-by.ts';
import { OldestGoes } from './oldest-goes.ts';

describe('OldestGoes', () => {
  let now: number;
  let ended: string[];
  let waiting: OldestGoes;
  const add = (name: string) => waiting.add(() => ended.push(name));

  beforeEach(() => {
    now = 0;
    ended = [];
    waiting = new OldestGoes(
      { max: 2, minWaitMs: 1_000, maxInBurst: 4 },
      stopwatchBy(() => now),
    );
  });

  it('ends the one that has waited longest when there is one too many, and none that is over', () => {
    const over = add('over');
    for (const name of ['first', 'second']) {
      add(name);
      over[Symbol.dispose]();
    }
    now = 1_000;
    expect(ended).to.deep.equal([]);
    add('third');
    expect(ended).to.deep.equal(['first']);
  });

  it('ends none that has just come, unless many come at once', () => {
    for (const name of ['a', 'b', 'c', 'd']) add(name);
    expect(ended).to.deep.equal([]);
    add('e');
    expect(ended).to.deep.equal(['a']);
    now = 1_000;
    add('f');
    expect(ended).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});
