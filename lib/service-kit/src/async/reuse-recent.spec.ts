import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { reuseRecent } from './reuse-recent.ts';

describe('reuseRecent', () => {
  const count = () => {
    let asked = 0;
    return reuseRecent(async () => ++asked);
  };

  it('gives the last answer to whoever takes one of its age', async () => {
    const ask = count();
    expect(await Promise.all([ask(60_000), ask(60_000)])).to.deep.equal([1, 1]);
    expect(await ask(60_000)).to.equal(1);
  });

  it('asks anew for whoever wants a younger one', async () => {
    const ask = count();
    await ask(60_000);
    expect(await ask(0)).to.equal(2);
    await delay(20);
    expect(await ask(10)).to.equal(3);
    expect(await ask(60_000)).to.equal(3);
  });
});
