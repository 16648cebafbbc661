import { expect } from 'chai';
import { OldestGoes } from './oldest-goes.ts';

describe('OldestGoes', () => {
  it('ends the one that has waited longest when there is one too many, and none that is over', () => {
    const ended: string[] = [];
    const waiting = new OldestGoes(2);
    const over = waiting.add(() => ended.push('over'));
    for (const name of ['first', 'second']) {
      waiting.add(() => ended.push(name));
      over[Symbol.dispose]();
    }
    expect(ended).to.deep.equal([]);
    waiting.add(() => ended.push('third'));
    expect(ended).to.deep.equal(['first']);
  });
});
