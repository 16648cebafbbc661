import { expect } from 'chai';
import { allowedTenant, requireDefaultTenant } from './allowed-tenant.ts';
import { type Identity, SERVICE_IDENTITY } from './identity.ts';

const of = (tenant: string): Identity => ({ ...SERVICE_IDENTITY, tenant });
const refused = { reason: 'TENANT_NOT_ALLOWED', message: 'These credentials are for the tenant acme alone.' };

describe('allowedTenant', () => {
  it('is the own one for who names none', () => {
    expect(['acme', 'default'].map(tenant => allowedTenant(of(tenant), ''))).to.deep.equal(['acme', 'default']);
  });

  it('is any for the default one', () => {
    expect(allowedTenant(of('default'), 'acme')).to.equal('acme');
    requireDefaultTenant(of('default'));
  });

  it('is no other for any other one, and the refusal is the same whichever it names', () => {
    expect(allowedTenant(of('acme'), 'acme')).to.equal('acme');
    for (const other of ['default', 'beta']) {
      expect(() => allowedTenant(of('acme'), other))
        .to.throw()
        .that.includes(refused);
    }
    expect(() => requireDefaultTenant(of('acme')))
      .to.throw()
      .that.includes(refused);
  });
});
