import { expect } from 'chai';
import fc from 'fast-check';
import { parseContentRange } from './content-range.ts';

describe('parseContentRange', () => {
  it('reads ranges, with and without the size', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.option(fc.nat()), (first, more, rest) => {
        const last = first + more;
        const sizeBytes = rest === null ? null : last + 1 + rest;
        const header = `bytes ${first}-${last}/${sizeBytes ?? '*'}`;
        expect(parseContentRange(header)).to.deep.equal({ kind: 'range', first, last, sizeBytes });
      }),
    );
  });

  it('reads the size of a file that lacks the range', () => {
    expect(parseContentRange('bytes */0')).to.deep.equal({ kind: 'unsatisfied', sizeBytes: 0 });
  });

  for (const header of [
    '',
    'bytes',
    'bytes 5-2/10',
    'bytes 0-10/10',
    'bytes 0-/10',
    'items 0-1/2',
    'bytes */*',
    undefined,
  ]) {
    it(`makes nothing of ${JSON.stringify(header)}`, () => {
      expect(parseContentRange(header)).to.equal(undefined);
    });
  }
});
