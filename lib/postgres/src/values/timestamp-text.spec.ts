import { expect } from 'chai';
import fc from 'fast-check';
import { fromTimestampText, toTimestampText } from './timestamp-text.ts';

describe('the text of a timestamp', () => {
  it('is exact to the microsecond, as Postgres reads and writes it', () => {
    expect(toTimestampText(1_748_871_320_680_001)).to.equal('2025-06-02T13:35:20.680001Z');
    expect(fromTimestampText('2025-06-02 13:35:20.680001+00')).to.equal(1_748_871_320_680_001);
    expect(fromTimestampText('2025-06-02 13:35:20.68+00')).to.equal(1_748_871_320_680_000);
    expect(fromTimestampText('1970-01-01 00:00:00+00')).to.equal(0);
  });

  it('has five digits for the year 10000, where a filter may end', () => {
    expect(toTimestampText(253_402_300_800_000_000)).to.equal('10000-01-01T00:00:00.000000Z');
    expect(fromTimestampText('10000-01-01 00:00:00+00')).to.equal(253_402_300_800_000_000);
  });

  it('keeps every moment from 1970 to where numbers end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), micros => {
        const written = toTimestampText(micros).replace('T', ' ').replace('Z', '+00');
        expect(fromTimestampText(written)).to.equal(micros);
      }),
    );
  });

  it('is refused in another zone, rather than misread', () => {
    expect(() => fromTimestampText('2025-06-02 15:35:20.68+02')).to.throw(/UTC/);
  });
});
