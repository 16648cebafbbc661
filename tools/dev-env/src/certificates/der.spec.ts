import { expect } from 'chai';
import { integer } from './der.ts';

describe('integer', () => {
  for (const [bytes, content] of [
    [[2], [2]],
    [[0x80], [0, 0x80]],
    [
      [0, 0x7f, 1],
      [0x7f, 1],
    ],
    [
      [0, 0, 0x80],
      [0, 0x80],
    ],
    [[0], [0]],
  ] as const) {
    it(`has ${content.length} bytes for ${bytes.join()}`, () => {
      expect([...integer(Buffer.from(bytes))]).to.deep.equal([0x02, content.length, ...content]);
    });
  }
});
