import { expect } from 'chai';
import { settlesWithin } from './settles-within.ts';

describe('settlesWithin', () => {
  it('tells work that settles, well or badly, from work that takes longer', async () => {
    expect(await settlesWithin(Promise.resolve(), 60_000)).to.equal(true);
    expect(await settlesWithin(Promise.reject(new Error('its own affair')), 60_000)).to.equal(true);
    expect(await settlesWithin(new Promise(() => {}), 5)).to.equal(false);
  });
});
