import { expect } from 'chai';
import { type Alert, type AlertInput, parseAlert } from './alert.ts';
import { contentHash, isSameContent } from './alert-content.ts';

const good: AlertInput = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.683412, store: 'store-42' };

describe('the content of an alert', () => {
  /** By hash and by comparison alike. */
  const areSame = (a: Alert, b: Alert): boolean => {
    const isSame = isSameContent(a, b);
    expect(contentHash(a) === contentHash(b)).to.equal(isSame);
    return isSame;
  };

  it('is the same whatever the uid, and differs with each other field', () => {
    const alert = parseAlert(good);
    expect(areSame(alert, parseAlert({ ...good, uid: 'other' }))).to.equal(true);
    for (const change of [{ video: '/videos/b.mp4' }, { timestamp: 1748871320.683413 }, { store: 'store-43' }]) {
      expect(areSame(alert, parseAlert({ ...good, ...change })), JSON.stringify(change)).to.equal(false);
    }
  });

  it('has the hash that the message ids in the streams hold', () => {
    expect(contentHash(parseAlert(good))).to.equal('wJ87-nQLiwA4lu3RH6_tSw');
  });
});
