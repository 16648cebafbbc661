import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newRefreshToken, readRefreshToken } from './tokens.ts';

describe('a refresh token', () => {
  it('says which session it is of, and is another each time', () => {
    const sessionId = randomUUID();
    const [one, other] = [newRefreshToken(sessionId), newRefreshToken(sessionId)];
    for (const { text, sha256 } of [one, other]) {
      expect(text).to.match(/^vgr_[\w-]{64}$/);
      expect(readRefreshToken(text)).to.deep.equal({ sessionId, sha256 });
    }
    expect(one.text).not.to.equal(other.text);
    expect(newRefreshToken().sessionId).not.to.equal(newRefreshToken().sessionId);
  });

  it('is not read where it was never made', () => {
    const { text } = newRefreshToken();
    for (const wrong of ['', text.slice(4), text.slice(0, -1), `${text}A`, text.replace('vgr_', 'vgk_')]) {
      expect(readRefreshToken(wrong), wrong).to.equal(undefined);
    }
  });
});
