import { expect } from 'chai';
import { settlesWithin } from './settles-within.ts';

describe('settlesWithin', () => {
  it('resolves to true if the work settles in time, also with an error, and to false if it takes longer', async () => {
    expect(await settlesWithin(Promise.resolve(), 60_000)).to.equal(true);
    expect(await settlesWithin(Promise.reject(new Error('its own affair')), 60_000)).to.equal(true);
    expect(await settlesWithin(new Promise(() => {}), 5)).to.equal(false);
  });
});
