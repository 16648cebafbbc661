import { expect } from 'chai';
import fc from 'fast-check';
import { storeOfSubject, storeToken, subjects } from './subjects.ts';

describe('subjects', () => {
  it('leave a plain store name as it is, so that people can type it', () => {
    expect(subjects.received('store-42')).to.equal('alerts.received.store-42');
  });

  it('escape every store name into one legal token, reversibly', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), store => {
        fc.pre(store.isWellFormed());
        expect(storeToken(store)).to.match(/^[A-Za-z0-9_%-]+$/);
        expect(storeOfSubject(subjects.received(store))).to.equal(store);
      }),
    );
  });

  it('read a token that is not escaped as it is', () => {
    expect(storeOfSubject('alerts.received.100%')).to.equal('100%');
  });
});
