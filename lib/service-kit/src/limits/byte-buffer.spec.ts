import { expect } from 'chai';
import fc from 'fast-check';
import { ByteBuffer } from './byte-buffer.ts';

describe('ByteBuffer', () => {
  it('gives the bytes in their order, whatever the pieces, and never writes over what was taken', () => {
    const step = fc.record({
      piece: fc.uint8Array({ minLength: 1, maxLength: 20 }),
      take: fc.nat(30),
      expect: fc.nat(64),
    });
    fc.assert(
      fc.property(fc.array(step), steps => {
        const buffer = new ByteBuffer();
        const taken: { readonly bytes: Buffer; readonly copy: string }[] = [];
        for (const { piece, take, expect: expected } of steps) {
          buffer.expect(expected);
          buffer.append(Buffer.from(piece));
          const bytes = buffer.take(Math.min(take, buffer.size));
          taken.push({ bytes, copy: bytes.toString('hex') });
        }
        const rest = buffer.take(buffer.size);
        const all = Buffer.concat([...taken.map(({ bytes }) => bytes), rest]);
        expect(all).to.deep.equal(Buffer.concat(steps.map(({ piece }) => piece)));
        for (const { bytes, copy } of taken) expect(bytes.toString('hex')).to.equal(copy);
        expect(buffer.size).to.equal(0);
      }),
    );
  });

  it('does not write into a piece that it was given', () => {
    const memory = Buffer.alloc(8, 'a');
    const buffer = new ByteBuffer();
    buffer.append(memory.subarray(0, 4));
    buffer.append(Buffer.from('bb'));
    expect([memory.toString(), buffer.take(6).toString()]).to.deep.equal(['aaaaaaaa', 'aaaabb']);
  });
});
