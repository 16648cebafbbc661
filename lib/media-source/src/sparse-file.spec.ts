import { expect } from 'chai';
import fc from 'fast-check';
import { SparseFile } from './sparse-file.ts';

const SIZE = 200_000;
const original = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

const pieces = fc.array(fc.record({ offset: fc.nat(SIZE - 1), length: fc.oneof(fc.nat(300), fc.nat(40_000)) }), {
  maxLength: 40,
});

const cut = (offset: number, length: number) => original.slice(offset, Math.min(SIZE, offset + length));

describe('SparseFile', () => {
  it('holds every byte that was added, once, in order and where it belongs', () => {
    fc.assert(
      fc.property(pieces, added => {
        const file = new SparseFile();
        const expected = new Uint8Array(SIZE);
        for (const { offset, length } of added) {
          const isNew = expected.subarray(offset, offset + length).reduce((sum, held) => sum + (held === 0 ? 1 : 0), 0);
          expect(file.add(offset, cut(offset, length))).to.equal(isNew);
          expected.fill(1, offset, Math.min(SIZE, offset + length));
        }
        let end = 0;
        let held = 0;
        for (const range of file.ranges) {
          expect(range.offset, 'ranges overlap or are out of order').to.be.at.least(end);
          expect(Buffer.compare(range.bytes, cut(range.offset, range.bytes.length))).to.equal(0);
          expect(expected.subarray(range.offset, range.offset + range.bytes.length).includes(0)).to.equal(false);
          end = range.offset + range.bytes.length;
          held += range.bytes.length;
        }
        expect(held).to.equal(expected.reduce((sum, byte) => sum + byte, 0));
        expect(file.heldBytes).to.equal(held);
      }),
    );
  });

  it('covers a range exactly when each of its bytes was added', () => {
    fc.assert(
      fc.property(pieces, fc.nat(SIZE - 1), fc.nat(50_000), (added, begin, length) => {
        const file = new SparseFile();
        const held = new Uint8Array(SIZE + 50_000);
        for (const piece of added) {
          file.add(piece.offset, cut(piece.offset, piece.length));
          held.fill(1, piece.offset, Math.min(SIZE, piece.offset + piece.length));
        }
        expect(file.covers(begin, begin + length)).to.equal(!held.subarray(begin, begin + length).includes(0));
      }),
    );
  });

  it('needs nothing past the end of the file', () => {
    const file = new SparseFile();
    file.add(0, cut(0, 100));
    expect(file.covers(0, 200)).to.equal(false);
    file.sizeBytes = 100;
    expect(file.covers(0, 200)).to.equal(true);
    expect(file.covers(100, 200)).to.equal(true);
  });

  it('keeps large ranges that touch apart and without a copy, and gathers small ones', () => {
    const file = new SparseFile();
    const first = cut(0, 32_768);
    file.add(0, first);
    file.add(32_768, cut(32_768, 32_768));
    expect(file.ranges.map(({ offset }) => offset)).to.deep.equal([0, 32_768]);
    expect(file.ranges[0]?.bytes.buffer).to.equal(first.buffer);
    const pieces = new SparseFile();
    for (let offset = 0; offset < 20_000; offset += 100) pieces.add(offset, cut(offset, 100));
    expect(pieces.ranges.length).to.equal(1);
    expect(Buffer.compare(pieces.ranges[0]?.bytes as Uint8Array, cut(0, 20_000))).to.equal(0);
  });
});
