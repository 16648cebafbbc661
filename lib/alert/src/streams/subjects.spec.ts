import { expect } from 'chai';
import fc from 'fast-check';
import { storeOfSubject, storeToken, subjects, tenantOfSubject } from './subjects.ts';

describe('subjects', () => {
  it('leave a plain store name as it is, so that people can type it', () => {
    expect(subjects.received({ tenant: 'default', store: 'store-42' })).to.equal('alerts.received.store-42');
  });

  it('escape every store name into one legal token, reversibly', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), store => {
        fc.pre(store.isWellFormed());
        expect(storeToken(store)).to.match(/^[A-Za-z0-9_%-]+$/);
        expect(storeOfSubject(subjects.received({ tenant: 'default', store }))).to.equal(store);
      }),
    );
  });

  it('read a token that is not escaped as it is', () => {
    expect(storeOfSubject('alerts.received.100%')).to.equal('100%');
  });

  it('name a tenant before the store, but for the default one, whose subjects are as they always were', () => {
    expect(subjects.received({ tenant: 'acme', store: 'store-42' })).to.equal('alerts.received.acme.store-42');
    expect(tenantOfSubject('alerts.received.acme.store-42')).to.equal('acme');
    expect(tenantOfSubject('alerts.received.store-42')).to.equal('default');
    expect(tenantOfSubject('alerts.received.default.store-42')).to.equal('default');
  });

  it('name nobody whose token could be no tenant', () => {
    for (const token of ['Acme', 'a%20b', '-', '*', '']) {
      expect(tenantOfSubject(`alerts.received.${token}.store-42`), token).to.equal(undefined);
    }
  });
});
