import { expect } from 'chai';
import { parseRetryAfter } from './retry-after.ts';

describe('parseRetryAfter', () => {
  const now = Date.parse('2025-07-01T10:00:00Z');

  it('reads seconds and dates', () => {
    expect(parseRetryAfter('120', now)).to.equal(120_000);
    expect(parseRetryAfter('Tue, 01 Jul 2025 10:00:30 GMT', now)).to.equal(30_000);
    expect(parseRetryAfter('Tue, 01 Jul 2025 09:00:00 GMT', now)).to.equal(0);
  });

  for (const header of [undefined, 'soon', '', '99999999999999']) {
    it(`makes nothing of ${JSON.stringify(header)}`, () => {
      expect(parseRetryAfter(header, now)).to.equal(undefined);
    });
  }
});
