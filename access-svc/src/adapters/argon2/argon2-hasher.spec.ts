import { expect } from 'chai';
import { Argon2Hasher } from './argon2-hasher.ts';

/** Of the reference implementation: https://github.com/P-H-C/phc-winner-argon2/blob/master/src/test.c */
const REFERENCE = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
const { signal } = new AbortController();

describe('Argon2Hasher', () => {
  it('makes hashes as OWASP wants them, another one each time, and knows the password again', async () => {
    const hasher = new Argon2Hasher();
    const [one, other] = await Promise.all([hasher.hash('päss wörd', signal), hasher.hash('päss wörd', signal)]);
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.to.equal(one);
    expect(hasher.isOutdated(one)).to.equal(false);
    // However the keyboard writes it.
    for (const right of ['päss wörd', 'päss wörd'.normalize('NFD')]) {
      expect(await hasher.verify(right, one, signal), right).to.equal(true);
    }
    for (const wrong of ['pass word', 'päss wörd ', '']) {
      expect(await hasher.verify(wrong, one, signal), wrong).to.equal(false);
    }
  });

  it('reads hashes that others have made, with other parameters', async () => {
    const hasher = new Argon2Hasher();
    expect(await hasher.verify('password', REFERENCE, signal)).to.equal(true);
    expect(await hasher.verify('Password', REFERENCE, signal)).to.equal(false);
    expect(hasher.isOutdated(REFERENCE)).to.equal(true);
  });

  it('takes nothing for a password where there is no hash', async () => {
    const hasher = new Argon2Hasher();
    for (const hash of [undefined, '', '$argon2i$v=19$m=16,t=2,p=1$c29tc2FsdA$AAAA']) {
      expect(await hasher.verify('', hash, signal)).to.equal(false);
    }
  });

  it('works for nobody who is gone', async () => {
    const hasher = new Argon2Hasher();
    const gone = new AbortController();
    const working = [1, 2].map(() => hasher.hash('a', signal));
    const waiting = hasher.hash('b', gone.signal);
    gone.abort(new Error('gone'));
    expect(await waiting.catch(error => error.message)).to.equal('gone');
    await Promise.all(working);
    expect(await hasher.hash('c', gone.signal).catch(error => error.message)).to.equal('gone');
  });
});
