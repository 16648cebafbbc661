import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { generateKeyPair, SignJWT } from 'jose';
import { AccessControl } from '../access-control.ts';
import { AccessError } from '../access-error.ts';
import { type OidcOptions, OidcTokens } from './oidc-tokens.ts';
import { AUDIENCE, type RealIssuer, startIssuer } from './testing/real-issuer.ts';

describe('OidcTokens, with a real issuer', () => {
  let issuer: RealIssuer;
  before(async () => {
    issuer = await startIssuer();
  });
  after(() => issuer[Symbol.asyncDispose]());

  const open = (changes: Partial<OidcOptions> = {}): AccessControl => {
    const options = {
      issuer: issuer.issuer,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      scopeClaim: 'scope',
      tenantClaim: 'tenant',
      ...changes,
    };
    return new AccessControl({
      anonymousScopes: [],
      serviceSecret: 'spec',
      identifyApiKey: async () => undefined,
      verifiers: [new OidcTokens(options)],
    });
  };
  const refusal = async (access: AccessControl, token: string): Promise<string> => {
    const error = await access.identify(`Bearer ${token}`).then(
      () => new Error('it was taken'),
      cause => cause,
    );
    return error instanceof AccessError ? error.reason : error.message;
  };

  it('takes its tokens for what they name of our scopes', async () => {
    const identity = await open().identify(`Bearer ${await issuer.token({ scope: 'alerts:read profile' })}`);
    expect(identity).to.deep.include({ subject: 'oidc:camera', scopes: ['alerts:read'], isAnonymous: false });
  });

  it('asks for its keys once, however many tokens come, wherever it publishes them', async () => {
    for (const jwksUrl of [undefined, `${issuer.issuer}/jwks`]) {
      const access = open({ jwksUrl });
      const before = issuer.keysAsked;
      for (let times = 0; times < 5; times++) await access.identify(`Bearer ${await issuer.token()}`);
      expect(issuer.keysAsked - before).to.equal(1);
    }
  });

  it('refuses tokens for others, of others, and altered or unsigned ones', async () => {
    const access = open();
    const good = await issuer.token();
    const [head = '', body = '', signature = ''] = good.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const { privateKey } = await generateKeyPair('ES256');
    const kid = JSON.parse(Buffer.from(head, 'base64url').toString()).kid;
    const forged = (changes: object, header: object = {}) =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey);
    const refused = {
      'another audience': await issuer.token({ audience: 'https://other.example' }),
      'more scopes': `${head}.${encode({ ...claims, scope: 'admin' })}.${signature}`,
      'no signature': `${encode({ alg: 'none' })}.${encode(claims)}.`,
      'an empty signature': `${encode({ alg: 'none' })}.${encode(claims)}.AA`,
      'our secret as its own': `${encode({ alg: 'HS256', kid })}.${encode(claims)}.${signature}`,
      'somebody else’s key under its name': await forged({}),
      'a key that it has not': await forged({}, { kid: 'other' }),
      'no JWT': 'a.b.c',
    };
    for (const [what, token] of Object.entries(refused)) {
      expect(await refusal(access, token), what).to.equal('CREDENTIALS_INVALID');
    }
    expect(await refusal(open({ issuer: `${issuer.issuer}/`, jwksUrl: `${issuer.issuer}/jwks` }), good)).to.equal(
      'CREDENTIALS_INVALID',
    );
    expect(await refusal(open({ algorithms: ['RS256'] }), good)).to.equal('CREDENTIALS_INVALID');
  });

  it('takes tokens of keys that were rotated, and soon none of the old ones', async function () {
    this.timeout(30_000);
    const access = open();
    const before = await issuer.token();
    await access.identify(`Bearer ${before}`);
    await issuer.rotateKeys();
    const after = await issuer.token();
    // The keys were asked for just now.
    const until = performance.now() + 10_000;
    while ((await refusal(access, after)) !== 'it was taken' && performance.now() < until) await delay(200);
    expect(await access.identify(`Bearer ${after}`)).to.include({ subject: 'oidc:camera' });
    expect(await refusal(open(), before)).to.equal('CREDENTIALS_INVALID');
  });

  it('tells that the issuer is away from a token that is wrong, and goes on with the keys that it knows', async () => {
    const access = open();
    await access.identify(`Bearer ${await issuer.token()}`);
    const [other, known] = [await issuer.token(), await issuer.token({ scope: 'alerts:read' })];
    using _ = issuer.goAway();
    expect(await refusal(open(), other)).to.equal('ISSUER_UNREACHABLE');
    expect(await access.identify(`Bearer ${known}`)).to.include({ subject: 'oidc:camera' });
  });

  it('refuses a token once it has expired, also one that it knows', async function () {
    this.timeout(60_000);
    await using brief = await startIssuer(1);
    const access = open({ issuer: brief.issuer });
    const token = await brief.token();
    await access.identify(`Bearer ${token}`);
    // With what clocks may differ by.
    await delay(12_000);
    expect(await refusal(access, token)).to.equal('CREDENTIALS_INVALID');
  });
});
