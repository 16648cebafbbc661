import { expect } from 'chai';
import { outlast } from './outlast.ts';

class Away extends Error {}

describe('outlast', () => {
  const isOutage = (error: unknown): error is Away => error instanceof Away;

  it('repeats an attempt until the outage is over, and tells of its begin once', async () => {
    let attempts = 0;
    const told: Away[] = [];
    const attempt = async () => {
      if (++attempts < 4) throw new Away(`attempt ${attempts}`);
      return 'done';
    };
    const onBegin = (fault: Away) => void told.push(fault);
    expect(await outlast(attempt, { isOutage, onBegin, signal: undefined })).equal('done');
    expect(attempts).equal(4);
    expect(told.map(({ message }) => message)).deep.equal(['attempt 1']);
  });

  it('does not repeat what failed for another reason', async () => {
    const bug = new TypeError('a bug');
    const outlasting = outlast(() => Promise.reject(bug), { isOutage, onBegin: () => {}, signal: undefined });
    expect(await outlasting.catch(error => error)).equal(bug);
  });

  for (const [when, attempt] of [
    ['an attempt that hangs', () => new Promise<void>(() => {})],
    ['a pause', () => Promise.reject(new Away())],
  ] as const) {
    it(`is ended by an abort during ${when}`, async () => {
      const stop = new AbortController();
      const outlasting = outlast(attempt, { isOutage, onBegin: () => {}, signal: stop.signal });
      setImmediate(() => stop.abort('stopping'));
      expect(await outlasting.catch(error => error)).equal('stopping');
    });
  }
});
