import { expect } from 'chai';
import { type Alert, type AlertInput, parseAlert } from './alert.ts';
import { contentHash, isSameContent } from './alert-content.ts';

const good: AlertInput = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.683412, store: 'store-42' };
const labelled: AlertInput = { ...good, labels: { camera: '3', 'site/door': 'north' } };

describe('the content of an alert', () => {
  /** By hash and by comparison alike. */
  const areSame = (a: Alert, b: Alert): boolean => {
    const isSame = isSameContent(a, b);
    expect(contentHash(a) === contentHash(b)).to.equal(isSame);
    return isSame;
  };

  it('is the same whatever the uid, and differs with each other field', () => {
    const alert = parseAlert(labelled, 'default');
    expect(areSame(alert, parseAlert({ ...labelled, uid: 'other' }, 'default'))).to.equal(true);
    for (const change of [
      { video: '/videos/b.mp4' },
      { timestamp: 1748871320.683413 },
      { store: 'store-43' },
      { labels: {} },
      { labels: { camera: '3' } },
      { labels: { camera: '3', 'site/door': 'south' } },
      { labels: { camera: '3', 'site/window': 'north' } },
      { labels: { camera: '3', 'site/door': 'north', more: '' } },
      { labels: { camera: 'north', 'site/door': '3' } },
    ]) {
      expect(areSame(alert, parseAlert({ ...labelled, ...change }, 'default')), JSON.stringify(change)).to.equal(false);
    }
  });

  it('is the same with the labels in any order', () => {
    const { labels = {}, ...alert } = parseAlert(
      { ...good, labels: { b: '1', a: '2', '10': '3', '9': '4' } },
      'default',
    );
    for (const order of [Object.entries(labels), Object.entries(labels).reverse()]) {
      expect(areSame({ ...alert, labels }, { ...alert, labels: Object.fromEntries(order) })).to.equal(true);
    }
  });

  it('tells a label from one with the same text in other places', () => {
    const withLabels = (labels: Record<string, string>) => parseAlert({ ...good, labels }, 'default');
    expect(areSame(withLabels({ a: 'b","c' }), withLabels({ a: 'b', c: '' }))).to.equal(false);
    expect(areSame(withLabels({ ab: 'c' }), withLabels({ a: 'bc' }))).to.equal(false);
  });

  it('has the hash that it had before there were labels, which message ids of that time hold', () => {
    const hash = 'wJ87-nQLiwA4lu3RH6_tSw';
    for (const labels of [undefined, {}]) {
      const input = labels === undefined ? good : { ...good, labels };
      expect(contentHash(parseAlert(input, 'default'))).to.equal(hash);
    }
    expect(contentHash({ ...parseAlert(good, 'default'), labels: {} })).to.equal(hash);
    expect(contentHash(parseAlert(labelled, 'default'))).to.equal('DhdZW0oYJkj6UYNamEMHpw');
  });
});
