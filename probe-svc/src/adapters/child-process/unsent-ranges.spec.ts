import { SparseFile } from '@vigie/media-source';
import { expect } from 'chai';
import { UnsentRanges } from './unsent-ranges.ts';

describe('UnsentRanges', () => {
  it('gives each byte once, however the file grows', () => {
    const file = new SparseFile();
    const unsent = new UnsentRanges();
    const taken = () => unsent.take(file).map(({ offset, bytes }) => [offset, ...bytes]);
    file.add(10, Uint8Array.of(1, 2));
    expect(taken()).to.deep.equal([[10, 1, 2]]);
    expect(taken()).to.deep.equal([]);
    // Gathered into the range before it.
    file.add(12, Uint8Array.of(3));
    file.add(5, Uint8Array.of(7, 8));
    expect(taken()).to.deep.equal([
      [5, 7, 8],
      [12, 3],
    ]);
    expect(taken()).to.deep.equal([]);
  });
});
