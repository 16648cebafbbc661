import { expect } from 'chai';
import fc from 'fast-check';
import { AccessControl, serviceAuthorization } from './access-control.ts';
import { AccessError } from './access-error.ts';
import { newApiKey, readApiKey } from './api-key.ts';
import type { ExpiringIdentity } from './identity.ts';
import { apiKeyIdentity } from './known-keys.ts';
import { SCOPES } from './scopes.ts';
import { DEFAULT_TENANT } from './tenants.ts';

const SECRET = 'between-us';

function openControl(keys: Readonly<Record<string, Partial<ExpiringIdentity>>> = {}) {
  const asked: string[] = [];
  const control = new AccessControl({
    anonymousScopes: ['alerts:read'],
    serviceSecret: SECRET,
    identifyApiKey: async ({ id }) => {
      asked.push(id);
      const found = Object.entries(keys).find(([key]) => readApiKey(key)?.id === id)?.[1];
      return (
        found && {
          ...apiKeyIdentity(id, { tenant: DEFAULT_TENANT, scopes: [], stores: [], expiresAtMs: undefined }),
          ...found,
        }
      );
    },
  });
  return { control, asked };
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AccessError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('AccessControl', () => {
  it('knows a key, asks once for many calls, and takes it under any spelling of Bearer', async () => {
    const key = newApiKey();
    const { control, asked } = openControl({ [key]: { scopes: ['alerts:write'], stores: ['lyon'] } });
    for (const authorization of [`Bearer ${key}`, `bearer  ${key} `, `BEARER ${key}`]) {
      expect(await control.identify(authorization)).to.deep.include({ scopes: ['alerts:write'], stores: ['lyon'] });
    }
    expect(asked).to.have.length(1);
  });

  it('lets those who say nothing do what everybody may, and nothing else', async () => {
    const { control } = openControl();
    const identity = await control.identify(undefined);
    control.require(identity, 'alerts:read');
    for (const scope of [...SCOPES.filter(each => each !== 'alerts:read'), 'internal' as const, undefined]) {
      expect(await refusal(() => control.require(identity, scope)), scope).to.equal('CREDENTIALS_MISSING');
    }
  });

  it('refuses what is no key, or nobody’s, without asking about what no key can be', async () => {
    const { control, asked } = openControl();
    const typo = newApiKey().replace(/.$/, last => (last === 'x' ? 'y' : 'x'));
    for (const wrong of [`Bearer ${typo}`, 'Bearer ', 'Basic dTpw', newApiKey(), 'Bearer vgs_', 'Bearer vgs_wrong']) {
      expect(await refusal(() => control.identify(wrong)), wrong).to.equal('CREDENTIALS_INVALID');
    }
    expect(asked).to.deep.equal([]);
    expect(await refusal(() => control.identify(`Bearer ${newApiKey()}`))).to.equal('CREDENTIALS_INVALID');
    expect(asked).to.have.length(1);
  });

  it('takes admin for all scopes of users, but not for a service, and refuses a method that names none', async () => {
    const key = newApiKey();
    const { control } = openControl({ [key]: { scopes: ['admin'] } });
    const admin = await control.identify(`Bearer ${key}`);
    for (const scope of SCOPES) control.require(admin, scope);
    for (const scope of ['internal', 'signed-in', undefined] as const) {
      expect(await refusal(() => control.require(admin, scope))).to.equal('SCOPE_MISSING');
    }
    const service = await control.identify(serviceAuthorization(SECRET));
    for (const scope of [...SCOPES, 'internal'] as const) control.require(service, scope);
    expect(await refusal(() => control.require(service, undefined))).to.equal('SCOPE_MISSING');
  });

  it('looks at no credentials where everybody may call, and at all of them elsewhere', async () => {
    const { control, asked } = openControl();
    for (const authorization of [undefined, 'Basic dTpw', `Bearer ${newApiKey()}`, serviceAuthorization(SECRET)]) {
      expect(await control.admit(authorization, 'public')).to.include({ subject: 'anonymous' });
    }
    expect(asked).to.deep.equal([]);
    expect(await refusal(() => control.admit('Basic dTpw', 'alerts:read'))).to.equal('CREDENTIALS_INVALID');
    expect(await refusal(() => control.admit(undefined, 'signed-in'))).to.equal('CREDENTIALS_MISSING');
    expect(await control.admit(undefined, 'alerts:read')).to.include({ subject: 'anonymous' });
    expect(await refusal(() => control.admit(undefined, undefined))).to.equal('CREDENTIALS_MISSING');
  });

  it('refuses a key once it has expired, however fresh the answer', async () => {
    const key = newApiKey();
    const { control } = openControl({ [key]: { expiresAtMs: Date.now() - 1 } });
    expect(await refusal(() => control.identify(`Bearer ${key}`))).to.equal('CREDENTIALS_INVALID');
  });
});

describe('an API key', () => {
  it('is read as it was made, and never if a character is wrong', () => {
    const key = newApiKey();
    expect(key).to.match(/^vgk_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
    expect(readApiKey(key)?.id).to.equal(key.split('_')[1]);
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.string({ maxLength: 2 }), (at, other) => {
        fc.pre(other !== key[at]);
        expect(readApiKey(key.slice(0, at) + other + key.slice(at + 1))).to.equal(undefined);
      }),
    );
  });

  it('has a secret of its own each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newApiKey('AAAAAAAAAAAA'))).size).to.equal(1_000);
  });
});
