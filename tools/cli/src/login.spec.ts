import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVigieClient } from '@vigie/client';
import { LyingGateway } from '@vigie/client/testing';
import { Mesh } from '@vigie/dev-env';
import { mailedToken, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import type { KeptSession } from './session/session-file.ts';
import { type Ended, endOf, startVigie, VIGIE } from './testing/vigie-process.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';
const SCOPES = 'alerts:read,alerts:operate,videos:probe';
const LOST = { status: 503, headers: { 'content-type': 'text/plain' }, body: 'lost', after: true };
const REFRESH = '/vigie.access.v1.SessionService/Refresh';
const LIST = '/vigie.alert.v1.AlertService/ListAlerts';

describe('a session of vigie', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: Mesh;
  let gateway: LyingGateway;
  let tests: string;
  /** Of one test: where the session is kept. */
  let dir: string;

  before(async () => {
    tests = teardown.use(await temporaryDir()).path;
    mesh = teardown.use(await Mesh.boot({ ports: 'free', env: { LAME_DUCK_MS: '0', ANONYMOUS_SCOPES: '' } }));
    const headers = { authorization: `Bearer ${mesh.access.adminKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ email: EMAIL, roles: ['operator'] });
    await fetch(`${mesh.url}/v1/users`, { method: 'POST', headers, body });
    const token = await mailedToken(mesh.dataDir, 'reset', EMAIL);
    await createVigieClient({ url: mesh.url }).account.resetPassword({ token, newPassword: PASSWORD });
  });
  after(() => teardown.disposeAsync());

  beforeEach(async () => {
    dir = await mkdtemp(path.join(tests, 'test-'));
    gateway = await LyingGateway.start(mesh.url);
  });
  afterEach(() => gateway[Symbol.asyncDispose]());

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    startVigie(args, dir, { VIGIE_URL: gateway.url, ...env });

  const run = (args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    endOf(start(args, env), input);

  /** By `script` of util-linux. */
  const startAtTerminal = (args: string) => {
    const env = { ...process.env, VIGIE_TOKEN: '', XDG_CONFIG_HOME: dir, VIGIE_URL: gateway.url };
    return spawn('script', ['-qec', `'${VIGIE.join("' '")}' ${args}`, '/dev/null'], { env });
  };

  const logIn = (...args: string[]) => run(['login', '--email', EMAIL, '--password-stdin', ...args], `${PASSWORD}\n`);

  /** Those of sessions, but for the locks. */
  async function sessionFiles(): Promise<string[]> {
    const folder = path.join(dir, 'vigie/sessions');
    const names = await readdir(folder).catch(() => []);
    return names.filter(name => !name.endsWith('.lock')).map(name => path.join(folder, name));
  }

  const onlyFile = async () => {
    const files = await sessionFiles();
    expect(files).to.have.lengthOf(1);
    return files[0] as string;
  };
  const readSession = async () => JSON.parse(await readFile(await onlyFile(), 'utf8')) as KeptSession;

  /** As a quarter of an hour later. */
  async function expire(): Promise<KeptSession> {
    const session = { ...(await readSession()), accessToken: 'expired', expiresAt: new Date().toISOString() };
    await writeFile(await onlyFile(), JSON.stringify(session));
    return session;
  }

  const asked = (route: string) => gateway.requests.filter(({ path: each }) => each === route);

  it('begins with the password, is kept for its owner alone, and is what other commands show', async () => {
    expect(await logIn()).to.deep.equal({ code: 0, stdout: `logged in  ${EMAIL}  ${SCOPES}\n`, stderr: '' });
    const file = await onlyFile();
    expect(((await stat(file)).mode & 0o777).toString(8)).to.equal('600');
    for (const folder of [path.dirname(file), path.join(dir, 'vigie')]) {
      expect(((await stat(folder)).mode & 0o777).toString(8)).to.equal('700');
    }
    expect(await readFile(file, 'utf8')).not.to.include(PASSWORD);
    expect(await run(['list'])).to.include({ code: 0, stderr: '' });
    expect(asked(LIST).at(-1)?.headers.authorization).to.equal(`Bearer ${(await readSession()).accessToken}`);
    const { stdout } = await run(['whoami']);
    expect(stdout)
      .to.match(new RegExp(`^email +${EMAIL}$`, 'm'))
      .and.match(/^roles +operator$/m)
      .and.match(new RegExp(`^scopes +${SCOPES}$`, 'm'));
    const who = JSON.parse((await run(['whoami', '--json'])).stdout);
    expect(who).to.deep.include({ url: gateway.url, email: EMAIL, roles: ['operator'], scopes: SCOPES.split(',') });
    expect(Date.parse(who.expiresAt) - Date.now()).to.be.within(800_000, 900_000);
    expect(asked(REFRESH)).to.deep.equal([]);
  });

  it('is one of the tenant that is named', async () => {
    const admin = createVigieClient({ url: mesh.url, token: mesh.access.adminKey });
    await admin.createTenant({ id: 'acme' });
    const { key } = await admin.createApiKey({ name: 'spec', scopes: ['admin'], tenant: 'acme' });
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ email: 'bob@example.com', roles: ['sender'] });
    await fetch(`${mesh.url}/v1/users`, { method: 'POST', headers, body });
    const token = await mailedToken(mesh.dataDir, 'reset', 'bob@example.com');
    await createVigieClient({ url: mesh.url }).account.resetPassword({ token, newPassword: PASSWORD });
    const asBob = ['login', '--email', 'bob@example.com', '--password-stdin'];
    expect((await run(asBob, PASSWORD)).stderr).to.match(/^vigie: UNAUTHENTICATED \(LOGIN_FAILED\)/);
    expect((await run([...asBob, '--tenant', 'acme'], PASSWORD)).stdout).to.equal(
      'logged in  bob@example.com  alerts:write\n',
    );
    expect((await run(['whoami'])).stdout).to.match(/^email +bob@example\.com$/m);
  });

  it('is of one gateway, and comes after a key that is given', async () => {
    expect(JSON.parse((await logIn('--json')).stdout)).to.deep.equal({
      ...{ url: gateway.url, email: EMAIL, scopes: SCOPES.split(',') },
    });
    const elsewhere = await run(['list', '--url', mesh.url]);
    expect(elsewhere.code).to.equal(1);
    expect(elsewhere.stderr)
      .to.match(/CREDENTIALS_MISSING/)
      .and.contain('log in (vigie login)');
    for (const wrong of [await run(['list', '--token', 'a']), await run(['list'], '', { VIGIE_TOKEN: 'a' })]) {
      expect(wrong.code).to.equal(1);
      expect(wrong.stderr).to.match(/CREDENTIALS_INVALID/);
    }
    const masked = await run(['login', '--email', EMAIL, '--password-stdin'], PASSWORD, { VIGIE_TOKEN: 'a' });
    expect(masked).to.deep.include({
      code: 0,
      stderr: 'VIGIE_TOKEN is set, and comes before the session: unset it.\n',
    });
    expect(await sessionFiles()).to.have.lengthOf(1);
  });

  it('begins at a terminal, which shows all but the password', async function () {
    if (spawnSync('script', ['--version']).error !== undefined) return this.skip();
    const terminal = startAtTerminal('login');
    const ended = once(terminal, 'close');
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk;
    });
    await waitFor('the first question', () => shown.includes('E-mail: ') || undefined);
    terminal.stdin.write(`${EMAIL}\r`);
    await waitFor('the second question', () => shown.includes('Password: ') || undefined);
    terminal.stdin.write(`${PASSWORD}\r`);
    await ended;
    expect(terminal.exitCode).to.equal(0);
    expect(shown).to.contain(EMAIL).and.contain('logged in').and.not.contain('horse');
    expect(await run(['list'])).to.include({ code: 0 });
  });

  it('ends at a terminal with 130 on Ctrl-C, and says so when nothing is entered', async function () {
    if (spawnSync('script', ['--version']).error !== undefined) return this.skip();
    for (const [key, code] of [
      ['\u0003', 130],
      ['\u0004', 1],
      ['\r', 2],
    ] as const) {
      const terminal = startAtTerminal(`login --email ${EMAIL}`);
      const ended = once(terminal, 'close');
      await once(terminal.stdout, 'data');
      terminal.stdin.write(key);
      await ended;
      expect(terminal.exitCode).to.equal(code);
    }
    expect(await sessionFiles()).to.deep.equal([]);
  });

  it('does not begin without a terminal and a password, nor with a wrong one', async () => {
    for (const [args, why] of [
      [['login'], '--password-stdin'],
      [['login', '--email', EMAIL], '--password-stdin'],
      [['login', '--password-stdin'], '--email'],
      [['login', '--email', EMAIL, '--password-stdin'], 'password'],
      [['login', 'ada'], 'only options'],
    ] as const) {
      const { code, stderr } = await run(args);
      expect([code, stderr.includes(why)], stderr).to.deep.equal([2, true]);
    }
    const wrong = await run(['login', '--email', EMAIL, '--password-stdin'], 'staple my own horse');
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr)
      .to.match(/^vigie: UNAUTHENTICATED \(LOGIN_FAILED\)/)
      .and.not.contain('API key');
    expect(await sessionFiles()).to.deep.equal([]);
  });

  it('goes on with another token when the one that it has expires', async () => {
    await logIn();
    const before = await expire();
    expect(await run(['list'])).to.include({ code: 0, stderr: '' });
    const after = await readSession();
    expect(after.refreshToken).not.to.equal(before.refreshToken);
    expect(Date.parse(after.expiresAt) - Date.now()).to.be.within(800_000, 900_000);
    expect(((await stat(await onlyFile())).mode & 0o777).toString(8)).to.equal('600');
    expect((await run(['list'])).code).to.equal(0);
    expect(asked(REFRESH)).to.have.lengthOf(1);
  });

  it('outlives several processes that all need another token at once: one gets it for all', async () => {
    await logIn();
    await expire();
    gateway.delayMs = 1_000;
    const all = await Promise.all(Array.from({ length: 4 }, () => run(['list'])));
    expect(all.map(({ code, stderr }) => [code, stderr])).to.deep.equal(Array(4).fill([0, '']));
    expect(asked(REFRESH)).to.have.lengthOf(1);
    gateway.delayMs = 0;
    await expire();
    expect((await run(['list'])).code).to.equal(0);
  });

  it('outlives a process that is killed while it gets another token', async () => {
    await logIn();
    const before = await expire();
    gateway.delayMs = 600_000;
    const killed = start(['list']);
    await waitFor('its refresh', () => asked(REFRESH).length > 0 || undefined);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    gateway.delayMs = 0;
    expect(await readSession()).to.deep.equal(before);
    expect(await run(['list'])).to.include({ code: 0, stderr: '' });
  });

  it('outlives Ctrl-C while it gets another token, which comes first', async () => {
    await logIn();
    const before = await expire();
    gateway.delayMs = 1_000;
    const interrupted = start(['list']);
    await waitFor('its refresh', () => asked(REFRESH).length > 0 || undefined);
    interrupted.kill('SIGINT');
    await once(interrupted, 'close');
    expect(interrupted.exitCode).to.equal(130);
    expect((await readSession()).refreshToken).not.to.equal(before.refreshToken);
    expect(asked(LIST)).to.deep.equal([]);
    gateway.delayMs = 600_000;
    await expire();
    const twice = start(['list']);
    await waitFor('its refresh', () => asked(REFRESH).length > 1 || undefined);
    // The second signal is another one only once the first has come.
    const again = setInterval(() => twice.kill('SIGINT'), 50);
    await once(twice, 'close');
    clearInterval(again);
    expect(twice.exitCode).to.equal(130);
  });

  it('says how to begin another one when it is over', async () => {
    await logIn();
    const { refreshToken } = await expire();
    await createVigieClient({ url: mesh.url }).account.logOut(refreshToken);
    for (let times = 0; times < 2; times++) {
      const { code, stdout, stderr } = await run(['list']);
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr)
        .to.match(/^vigie: UNAUTHENTICATED \(REFRESH_TOKEN_INVALID\)/)
        .and.contain('log in again: vigie login');
    }
    await logIn();
    expect((await run(['list'])).code).to.equal(0);
  });

  it('is over when the answer with the next token is lost, and says so', async () => {
    await logIn();
    await expire();
    gateway.lies.push(LOST);
    const { code, stderr } = await run(['list']);
    expect(code).to.equal(1);
    expect(stderr).to.contain('log in again: vigie login');
  });

  it('is refreshed again where the gateway did not get to it', async () => {
    await logIn();
    await expire();
    gateway.lies.push({ ...LOST, after: false });
    expect((await run(['list'])).code).to.equal(0);
  });

  it('ends at the gateway and here', async () => {
    await logIn();
    const { refreshToken } = await readSession();
    expect(await run(['logout'])).to.deep.equal({ code: 0, stdout: `logged out  ${gateway.url}\n`, stderr: '' });
    expect(await sessionFiles()).to.deep.equal([]);
    const { account } = createVigieClient({ url: mesh.url });
    const error = await account.refresh(refreshToken).catch(thrown => thrown);
    expect(error).to.include({ reason: 'REFRESH_TOKEN_INVALID' });
    const again = await run(['logout', '--json']);
    expect([again.code, JSON.parse(again.stdout)]).to.deep.equal([0, { url: gateway.url, loggedOut: false }]);
    expect((await run(['whoami'])).stderr).to.match(/CREDENTIALS_MISSING/);
  });

  it('ends here also where the gateway can not be told, which it says', async () => {
    await logIn();
    const { url } = gateway;
    await gateway[Symbol.asyncDispose]();
    const { code, stderr } = await endOf(startVigie(['logout', '--timeout', '100ms'], dir, { VIGIE_URL: url }));
    expect(code).to.equal(3);
    expect(stderr).to.contain('forgotten here, but the gateway was not told');
    expect(await sessionFiles()).to.deep.equal([]);
  });

  it('that is damaged is forgotten by logging out, as it says', async () => {
    await logIn();
    await writeFile(await onlyFile(), '{"email":"ada@example.com"}');
    const damaged = await run(['list']);
    expect(damaged.code).to.equal(1);
    expect(damaged.stderr).to.match(/is damaged: vigie logout forgets it/);
    expect((await run(['logout'])).code).to.equal(1);
    expect(await sessionFiles()).to.deep.equal([]);
  });
});
