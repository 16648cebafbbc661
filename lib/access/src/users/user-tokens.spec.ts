import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { AccessControl } from '../access-control.ts';
import { AccessError } from '../access-error.ts';
import { UserTokens, userIdentity, userIdOf } from './user-tokens.ts';

async function newSigner(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' };
  const sign = (claims: object = {}, header: object = {}) =>
    new SignJWT({ iss: 'vigie', aud: 'vigie', sub: 'ada', scope: 'alerts:read x', ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
      .setExpirationTime((claims as { exp?: number }).exp ?? '15m')
      .sign(privateKey);
  return { jwk, sign };
}

function openControl(keys: () => readonly JWK[]) {
  let asked = 0;
  const control = new AccessControl({
    anonymousScopes: [],
    serviceSecret: 'spec',
    identifyApiKey: async () => undefined,
    verifiers: [
      new UserTokens(async () => {
        asked++;
        return JSON.stringify({ keys: keys() });
      }),
    ],
  });
  return { control, asked: () => asked };
}

async function refusal(control: AccessControl, token: string): Promise<string> {
  const error = await control.identify(`Bearer ${token}`).then(
    () => new Error('it was taken'),
    cause => cause,
  );
  return error instanceof AccessError ? error.reason : error.message;
}

describe('UserTokens', () => {
  it('say who it is and what that user may do, and that it is one', async () => {
    const { jwk, sign } = await newSigner('a');
    const { control } = openControl(() => [jwk]);
    const identity = await control.identify(`Bearer ${await sign()}`);
    expect(identity).to.deep.include({ subject: 'user:ada', scopes: ['alerts:read', 'signed-in'], isAnonymous: false });
    expect(userIdOf(identity)).to.equal('ada');
    control.require(identity, 'signed-in');
    const plain = await control.identify(`Bearer ${await sign({ scope: '' })}`);
    expect(plain.scopes).to.deep.equal(['signed-in']);
    expect(() => userIdOf({ ...identity, subject: 'key:ada' })).to.throw();
  });

  it('are refused if they are for others, of another type, old or somebody else’s', async () => {
    const [{ jwk, sign }, stranger] = [await newSigner('a'), await newSigner('a')];
    const { control } = openControl(() => [jwk]);
    const refused = {
      'another issuer': await sign({ iss: 'other' }),
      'another audience': await sign({ aud: 'other' }),
      'another type': await sign({}, { typ: 'JWT' }),
      'no type': await sign({}, { typ: undefined }),
      expired: await sign({ exp: Math.floor(Date.now() / 1_000) - 11 }),
      'nobody’s': await sign({ sub: undefined }),
      'another key': await stranger.sign(),
    };
    for (const [what, token] of Object.entries(refused)) {
      expect(await refusal(control, token), what).to.equal('CREDENTIALS_INVALID');
    }
    expect(await refusal(control, await sign())).to.equal('it was taken');
  });

  it('are taken of new keys within five seconds, and nobody can make us ask more often', async function () {
    this.timeout(30_000);
    const [first, second, stranger] = [await newSigner('a'), await newSigner('b'), await newSigner('c')];
    const keys = [first.jwk];
    const { control, asked } = openControl(() => keys);
    expect(await refusal(control, await first.sign())).to.equal('it was taken');
    keys.push(second.jwk);
    for (let times = 0; times < 5; times++) {
      expect(await refusal(control, await stranger.sign({ jti: `${times}` }))).to.equal('CREDENTIALS_INVALID');
    }
    expect(asked()).to.equal(1);
    const token = await second.sign();
    const until = performance.now() + 10_000;
    while ((await refusal(control, token)) !== 'it was taken' && performance.now() < until) await delay(200);
    expect(await refusal(control, token)).to.equal('it was taken');
    expect(asked()).to.equal(2);
  });

  it('can not be told to be good or bad while nobody says which keys there are', async () => {
    const { jwk, sign } = await newSigner('a');
    let isAway = true;
    const { control } = openControl(() => {
      if (isAway) throw new Error('away');
      return [jwk];
    });
    expect(await refusal(control, await sign())).to.equal('ISSUER_UNREACHABLE');
    isAway = false;
    expect(await refusal(control, await sign())).to.equal('it was taken');
    isAway = true;
    expect(await refusal(control, await sign({ jti: 'other' }))).to.equal('it was taken');
  });

  it('are no tokens of other issuers', async () => {
    const { jwk, sign } = await newSigner('a');
    const tokens = new UserTokens(async () => JSON.stringify({ keys: [jwk] }));
    expect(tokens.recognizes(await sign())).to.equal(true);
    for (const other of [await sign({ iss: 'https://id.example' }), 'a.b.c', 'vgk_a', '']) {
      expect(tokens.recognizes(other), other).to.equal(false);
    }
    expect(userIdentity('ada', 'acme', ['internal', 'admin']).scopes).to.deep.equal(['admin', 'signed-in']);
  });
});
