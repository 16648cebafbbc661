import { randomUUID } from 'node:crypto';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Mail } from './domain/mail.ts';
import { type RunningAccess, runAccess } from './testing/running-access.ts';

const PASSWORD = 'correct horse battery';

describe('the keys that sign access tokens', () => {
  const mails: Mail[] = [];
  let teardown: AsyncDisposableStack;
  let postgres: EmbeddedPostgres;
  let replicas: readonly RunningAccess[];

  beforeEach('start two replicas on an empty database', async () => {
    teardown = new AsyncDisposableStack();
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    replicas = await Promise.all([start(), start()]);
    await Promise.all(replicas.map(({ started }) => started));
  });
  afterEach(() => teardown.disposeAsync());

  const start = (env: NodeJS.ProcessEnv = {}) =>
    runAccess(teardown, postgres, env, { mailer: { send: async mail => void mails.push(mail) } });
  const query = (sql: string) => queryPostgres(postgres.url, sql);
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;

  async function makeUser(): Promise<string> {
    const email = `${randomUUID()}@example.com`;
    const [access] = replicas as [RunningAccess];
    await access.users.createUser({ user: { email } });
    const { text } = await waitFor('the mail', async () => mails.find(({ to }) => to === email));
    const token = /#reset=([\w-]+)/.exec(text)?.[1] ?? '';
    await access.users.resetPassword({ token, newPassword: PASSWORD });
    return email;
  }

  /** Access tokens of each replica, at once. */
  const tokensOf = (email: string, of = replicas) =>
    Promise.all(of.map(async each => (await each.sessions.logIn({ email, password: PASSWORD })).accessToken));

  async function published(replica = replicas[0] as RunningAccess): Promise<JSONWebKeySet> {
    return JSON.parse((await replica.credentials.getSigningKeys({})).jwks);
  }

  async function expectTaken(tokens: readonly string[]): Promise<void> {
    for (const replica of replicas) {
      const keys = createLocalJWKSet(await published(replica));
      for (const token of tokens) {
        await jwtVerify(token, keys, { issuer: 'vigie', audience: 'vigie', typ: 'at+jwt', algorithms: ['EdDSA'] });
        await replica.usersAs(`Bearer ${token}`).getCurrentUser({});
      }
    }
  }

  it('are made once, however many replicas need one, and published without what signs', async () => {
    const email = await makeUser();
    expect((await published()).keys).to.deep.equal([]);
    const tokens = await tokensOf(email);
    expect(new Set(tokens.map(kidOf)).size).to.equal(1);
    const { keys } = await published();
    expect(keys).to.have.lengthOf(1);
    expect(keys[0]).to.include({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: kidOf(tokens[0] ?? '') });
    expect(keys[0]).to.have.all.keys('kty', 'crv', 'x', 'kid', 'alg', 'use');
    await expectTaken(tokens);
  });

  it('follow one another while tokens are in use, once for all replicas', async () => {
    const email = await makeUser();
    const before = await tokensOf(email);
    await query(`update access.signing_keys set created_at = now() - interval '31 days',
      signs_from = now() - interval '31 days'`);
    // The next key is published for ten minutes before it signs: whoever verifies knows it then.
    const ahead = [...(await tokensOf(email)), ...(await tokensOf(email))];
    expect(new Set([...before, ...ahead].map(kidOf)).size).to.equal(1);
    expect((await published()).keys).to.have.lengthOf(2);
    await query(`update access.signing_keys set signs_from = now() where signs_from > now()`);
    const after = await tokensOf(email);
    expect(new Set(after.map(kidOf)).size).to.equal(1);
    expect(kidOf(after[0] ?? '')).not.to.equal(kidOf(before[0] ?? ''));
    await expectTaken([...before, ...ahead, ...after]);

    // The last token of the first key has expired.
    await query(`update access.signing_keys set signs_from = now() - interval '17 minutes'
      where created_at = (select max(created_at) from access.signing_keys)`);
    expect((await published()).keys.map(({ kid }) => kid)).to.deep.equal([kidOf(after[0] ?? '')]);
    await query(`update access.signing_keys set created_at = created_at - interval '31 days'`);
    await tokensOf(email);
    const rows = await query('select private_key is null as forgotten from access.signing_keys order by created_at');
    expect(rows.map(({ forgotten }) => forgotten)).to.deep.equal([true, false, false]);
  });

  it('are sealed: whoever has another secret signs with another key, and both are taken', async () => {
    const email = await makeUser();
    const other = await start({ ACCESS_KEY_SECRET: 'another secret' });
    await other.started;
    const [first = ''] = await tokensOf(email, [replicas[0] as RunningAccess]);
    const [second = ''] = await tokensOf(email, [other]);
    expect(kidOf(second)).not.to.equal(kidOf(first));
    await expectTaken([first, second]);
    const [row] = await query('select octet_length(private_key) as length from access.signing_keys limit 1');
    // IV, seed and tag.
    expect(row?.length).to.equal(12 + 32 + 16);
  });
});
