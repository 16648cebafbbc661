import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { newApiKey, type ReadApiKey, readApiKey } from './api-key.ts';
import type { ExpiringIdentity } from './identity.ts';
import { apiKeyIdentity, KnownKeys } from './known-keys.ts';
import { DEFAULT_TENANT } from './tenants.ts';

const key = readApiKey(newApiKey()) as ReadApiKey;
const identity = apiKeyIdentity('a', { tenant: DEFAULT_TENANT, scopes: [], stores: [], expiresAtMs: undefined });

describe('KnownKeys', () => {
  it('notices within five seconds that a key is revoked, also one that is in use all the time', async function () {
    this.timeout(10_000);
    let answer: ExpiringIdentity | undefined = identity;
    let asked = 0;
    const keys = new KnownKeys(async () => {
      asked++;
      return answer;
    });
    expect(await keys.identify(key)).to.equal(identity);
    answer = undefined;
    const until = performance.now() + 5_000;
    while ((await keys.identify(key)) !== undefined && performance.now() < until) await delay(50);
    expect(await keys.identify(key)).to.equal(undefined);
    expect(asked).to.be.within(2, 3);
  });

  it('goes on with a key that was good while nobody can be asked, and knows no other', async function () {
    this.timeout(10_000);
    let isAway = false;
    const keys = new KnownKeys(async () => {
      if (isAway) throw new Error('away');
      return identity;
    });
    await keys.identify(key);
    isAway = true;
    await delay(3_000);
    expect(await keys.identify(key)).to.equal(identity);
    const other = readApiKey(newApiKey()) as ReadApiKey;
    expect(await keys.identify(other).catch(error => error.message)).to.equal('away');
  });

  it('says before it asks whether a key is new, but not of one that was good', async function () {
    this.timeout(10_000);
    const wrong = readApiKey(newApiKey()) as ReadApiKey;
    const keys = new KnownKeys(async ({ id }) => (id === wrong.id ? undefined : identity));
    const told: boolean[] = [];
    const identify = (each: ReadApiKey) => keys.identify(each, async isNew => void told.push(isNew));
    for (let times = 0; times < 3; times++) await identify(wrong);
    await identify(key);
    expect(told).to.deep.equal([true, true]);
    await delay(3_000);
    await identify(wrong);
    await identify(key);
    expect(told).to.deep.equal([true, true, false]);
    const other = readApiKey(newApiKey()) as ReadApiKey;
    const refused = keys.identify(other, () => Promise.reject(new Error('enough')));
    expect(await refused.catch(error => error.message)).to.equal('enough');
  });

  it('asks once for calls that come at once', async () => {
    let asked = 0;
    const keys = new KnownKeys(async () => {
      asked++;
      await delay(20);
      return identity;
    });
    await Promise.all(Array.from({ length: 100 }, () => keys.identify(key)));
    expect(asked).to.equal(1);
  });
});
