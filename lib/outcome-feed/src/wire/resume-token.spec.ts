import { expect } from 'chai';
import { decodeResumeToken, encodeResumeToken } from './resume-token.ts';

const encode = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a resume token', () => {
  it('is a position, of streams that it names', () => {
    const position = {
      outcomes: { sequence: 17, createdMs: 1_748_871_320_680 },
      quarantine: { sequence: 0, createdMs: 1_748_871_320_681 },
    };
    expect(decodeResumeToken(encodeResumeToken(position))).to.deep.equal(position);
  });

  it('of earlier versions is one of streams that nobody knows', () => {
    expect(decodeResumeToken(encode([17, 4]))).to.deep.equal({
      outcomes: { sequence: 17, createdMs: 0 },
      quarantine: { sequence: 4, createdMs: 0 },
    });
  });

  for (const wrong of [
    '',
    '%',
    'nonsense',
    encode([1]),
    encode([1, 2, 3]),
    encode([-1, 2]),
    encode(['1', 2]),
    encode({}),
  ]) {
    it(`is not ${wrong || 'nothing'}`, () => {
      expect(decodeResumeToken(wrong)).to.equal(undefined);
    });
  }
});
