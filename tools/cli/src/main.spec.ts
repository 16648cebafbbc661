import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Mesh } from '@vigie/dev-env';
import { temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { type Ended, endOf, startVigie, VIGIE } from './testing/vigie-process.ts';

const VIDEO = '/videos/mp4-faststart.mp4';

describe('vigie', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: Mesh;
  let dir: string;

  before(async () => {
    dir = teardown.use(await temporaryDir()).path;
    mesh = teardown.use(await Mesh.boot({ ports: 'free', env: { LAME_DUCK_MS: '0' } }));
  });
  after(() => teardown.disposeAsync());

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    startVigie(args, dir, { VIGIE_URL: mesh.url, ...env });

  const run = (args: readonly string[], { input = '', env = {} } = {}): Promise<Ended> =>
    endOf(start(args, env), input);

  async function json(...args: string[]) {
    const { code, stdout, stderr } = await run([...args, '--json']);
    expect([code, stderr]).to.deep.equal([0, '']);
    return stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line)]));
  }

  const line = (change: object = {}) =>
    JSON.stringify({ uid: randomUUID(), video: VIDEO, timestamp: 1748871320.5, store: 'by-line', ...change });

  describe('send', () => {
    it('sends one alert by its fields, and shows its outcome', async () => {
      const args = ['send', '--uid', 'field-1', '--video', VIDEO, '--store', 'fields', '--label', 'camera=3'];
      const sent = await run([...args, '--timestamp', '2025-06-02T13:35:20Z', '--wait', '30s']);
      expect(sent).to.deep.equal({ code: 0, stdout: 'PROCESSED  field-1\n', stderr: '1 accepted\n' });
      const [found] = await json('get', 'field-1');
      expect(found).to.deep.include({ store: 'fields', labels: { camera: '3' }, timestamp: 1748871320 });
      const again = await run([...args, '--timestamp', '2025-06-02T13:35:20Z', '--json']);
      const [printed] = again.stdout.split('\n');
      expect(JSON.parse(printed ?? '')).to.deep.nested.include({ uid: 'field-1', 'accepted.duplicate': true });
    });

    it('sends NDJSON of a file or of stdin, and says which alerts are refused', async () => {
      const lines = [line(), line({ uid: 'refused-1', video: 'clip.mp4' }), '', line()].join('\n');
      await writeFile(path.join(dir, 'alerts.ndjson'), lines);
      const sent = await run(['send', 'alerts.ndjson']);
      expect([sent.code, sent.stderr]).to.deep.equal([1, '2 accepted, 1 refused\n']);
      expect(sent.stdout).to.match(/^refused +refused-1 +INVALID_FIELDS: video must be an absolute path/m);
      const again = await run(['send', '-', '--json'], { input: lines });
      const printed = again.stdout.trim().split('\n');
      expect(again.code).to.equal(1);
      expect(printed.map(each => Boolean(JSON.parse(each).accepted))).to.deep.equal([true, false, true]);
      expect(JSON.parse(printed[1] ?? '').error).to.include({ code: 'INVALID_ARGUMENT', retryable: false });
    });

    it('sends a JSON array, and what list --json has printed', async () => {
      const sent = await run(['send', '-'], { input: `[\n${line()},\n${line({ store: 'listed' })}\n]\n` });
      expect([sent.code, sent.stderr]).to.deep.equal([0, '2 accepted\n']);
      await waitFor('the row', async () => (await json('list', '--store', 'listed')).length === 1 || undefined);
      const { stdout } = await run(['list', '--store', 'listed', '--json']);
      expect(await run(['send', '-'], { input: stdout })).to.include({ code: 0, stderr: '1 duplicate\n' });
    });

    it('ends with 2 at a line that is no alert, having sent those before it', async () => {
      const sent = await run(['send', '-'], { input: `${line()}\nnot JSON\n${line()}\n` });
      expect(sent.code).to.equal(2);
      expect(sent.stdout).to.match(/^accepted/);
      expect(sent.stderr).to.contain('line 2 is not JSON');
      expect((await run(['send', 'no-such-file'])).code).to.equal(1);
    });
  });

  it('get shows an alert, and ends with 1 if there is none', async () => {
    await run(['send', '--uid', 'get-1', '--video', VIDEO, '--store', 'got', '--wait', '30s']);
    expect((await run(['get', 'get-1'])).stdout)
      .to.match(/^uid +get-1$/m)
      .and.match(/^what +mp4 h264 \d+x\d+ [\d.]+ s$/m);
    const none = await run(['get', 'no-such']);
    expect([none.code, none.stdout]).to.deep.equal([1, '']);
    expect(none.stderr).to.match(/^vigie: NOT_FOUND \(\w+\): .*\n {2}trace [0-9a-f]{32}\n$/);
    const { stderr } = await run(['get', 'no-such', '--json']);
    expect(JSON.parse(stderr).error).to.include({ code: 'NOT_FOUND' });
  });

  it('list filters, orders, limits and aligns', async () => {
    const times = [1, 2, 3].map(second => ({ timestamp: 1748871320 + second, store: `list-${'x'.repeat(second)}` }));
    await run(['send', '-', '--wait', '30s'], { input: times.map(line).join('\n') });
    const stores = times.flatMap(({ store }) => ['--store', store]);
    const args = ['list', ...stores, '--status', 'processed,failed', '--since', '1748871321'];
    const ordered = await json(...args, '--order', 'timestamp');
    expect(ordered.map(({ timestamp }) => timestamp)).to.deep.equal(times.map(({ timestamp }) => timestamp));
    const { code, stdout, stderr } = await run([...args, '--limit', '2']);
    expect([code, stderr]).to.deep.equal([0, 'There are more: --limit 20, or 0 for all.\n']);
    const rows = stdout.trimEnd().split('\n');
    expect(rows).to.length(3);
    expect(rows[1]).to.match(/^2025-06-02T13:35:23.000Z {2}list-xxx {2}PROCESSED {2}/);
    expect(rows.map(row => row.search(/STATUS|PROCESSED/))).to.deep.equal([36, 36, 36]);
    expect(stdout).to.not.contain('\u001b');
    expect(await json(...args, '--limit', '0')).to.length(3);
  });

  it('watch shows outcomes, keeps its place in a file and goes on there', async () => {
    const args = ['watch', '--store', 'watched', '--count', '1', '--resume', 'token', '--json'];
    const send = (uid: string) => run(['send', '--uid', uid, '--video', VIDEO, '--store', 'watched', '--wait', '30s']);
    const first = start(args);
    const ended = Promise.all([text(first.stdout), once(first, 'close')]);
    await waitFor('the token', () => readFile(path.join(dir, 'token'), 'utf8').then(Boolean, () => undefined));
    await send('watched-1');
    const [said] = await ended;
    expect(first.exitCode).to.equal(0);
    expect(said).to.match(/"event":"OUTCOME".*"uid":"watched-1"/);
    await send('watched-2');
    const { code, stdout } = await run(args);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/"uid":"watched-2"/)
      .and.not.contain('watched-1');
  });

  it('ends with 130 on Ctrl-C, and quietly when nobody reads', async () => {
    const watching = start(['watch']);
    await once(watching.stderr, 'data');
    watching.kill('SIGINT');
    await once(watching, 'exit');
    expect(watching.exitCode).to.equal(130);
    const script = `{ "$0" "$1" summary; echo "ended with $?" >&2; } | true`;
    const env = { ...process.env, VIGIE_TOKEN: '', XDG_CONFIG_HOME: dir, VIGIE_URL: mesh.url };
    const closed = spawn('bash', ['-c', script, ...VIGIE], { env });
    expect(await text(closed.stderr)).to.equal('ended with 0\n');
  });

  it('poster writes the picture', async () => {
    expect(await run(['poster', VIDEO, '-o', 'a.jpg', '--max-side', '64'])).to.include({ code: 0, stdout: '' });
    const picture = await readFile(path.join(dir, 'a.jpg'));
    expect(picture.subarray(0, 2).toString('hex')).to.equal('ffd8');
    expect((await run(['poster', 'no-such', '-o', 'b.jpg'])).code).to.equal(1);
  });

  it('summary, replay, delete and purge count what they find', async () => {
    await run(['send', '-', '--wait', '30s'], {
      input: [1, 2, 3].map(n => line({ uid: `c${n}`, store: 'c' })).join('\n'),
    });
    expect((await run(['summary', '--store', 'c'])).stdout).to.match(/^status +PROCESSED +3$/m);
    expect((await json('summary', '--store', 'c'))[0]).to.include({ alerts: 3 });
    expect(await json('replay', '--uid', 'c1')).to.deep.equal([{ replayed: 1 }]);
    await waitFor('its deletion', async () => (await run(['delete', 'c1'])).code === 0 || undefined);
    expect(await run(['delete', 'c2', 'no-such'])).to.include({ code: 1, stdout: '' });
    expect((await run(['purge', '--store', 'c'])).code).to.equal(2);
    expect(await json('purge', '--store', 'c', '--yes')).to.deep.equal([{ deleted: 1, kept: 0 }]);
    expect(await json('list', '--store', 'c')).to.deep.equal([]);
  });

  it('quarantine, redrive and discard find nothing to do', async () => {
    expect((await run(['quarantine', '--store', 'none'])).stdout).to.match(/^QUARANTINED +STORE/);
    expect((await run(['redrive', '--store', 'none'])).stdout).to.equal('0 redriven\n');
    expect(await json('discard', '--code', 'internal', '--store', 'none')).to.deep.equal([{ discarded: 0 }]);
    expect((await run(['redrive'])).code).to.equal(1);
  });

  describe('keys', () => {
    const asAdmin = (args: readonly string[]) => run(['keys', ...args], { env: { VIGIE_TOKEN: mesh.access.adminKey } });

    async function adminJson(...args: string[]) {
      const { code, stdout, stderr } = await asAdmin([...args, '--json']);
      expect([code, stderr]).to.deep.equal([0, '']);
      return stdout
        .trimEnd()
        .split('\n')
        .map(each => JSON.parse(each));
    }

    it('create prints a key that is a token as it is, and what it is beside it', async () => {
      const args = ['create', 'till 3', '--scope', 'alerts:read', '--scope', 'ALERTS:WRITE,videos:probe'];
      const { code, stdout, stderr } = await asAdmin([...args, '--store', 'a', '--store', 'b', '--expires-in', '90d']);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^vgk_\w+\n$/);
      expect(stderr)
        .to.match(/^id: \w+\nname: till 3\nstate: active\nscopes: alerts:read,alerts:write,videos:probe\nstores: a,b\n/)
        .and.not.contain(stdout.trim());
      const env = { VIGIE_TOKEN: stdout.trim() };
      expect(await run(['list', '--store', 'a'], { env })).to.include({ code: 0, stderr: '' });
      const refused = await run(['redrive', '--store', 'a'], { env });
      expect(refused.code).to.equal(1);
      expect(refused.stderr)
        .to.match(/^vigie: PERMISSION_DENIED \(SCOPE_MISSING\): .* alerts:operate /)
        .and.contain('by --token or VIGIE_TOKEN');
    });

    it('lists keys with their state, and shows one', async () => {
      const [revoked] = await adminJson('create', 'revoked', '--scope', 'media:read');
      await asAdmin(['revoke', revoked.apiKey.id]);
      const brief = ['create', 'expired', '--scope', 'media:read', '--expires-in', '2s'];
      const [expired] = await adminJson(...brief);
      const table = await waitFor('its end', async () => {
        const { stdout } = await asAdmin(['--limit', '2']);
        return stdout.includes('expired\n') ? stdout : undefined;
      });
      expect(table.split('\n').map(row => row.split(/ {2,}/))).to.deep.equal([
        ['ID', 'NAME', 'SCOPES', 'STORES', 'LAST USED', 'STATE'],
        [expired.apiKey.id, 'expired', 'media:read', 'all', 'never', 'expired'],
        [revoked.apiKey.id, 'revoked', 'media:read', 'all', 'never', 'revoked'],
        [''],
      ]);
      const keys = await adminJson('--limit', '0');
      expect(keys.slice(0, 2).map(({ name }) => name)).to.deep.equal(['expired', 'revoked']);
      expect((await asAdmin(['get', expired.apiKey.id])).stdout).to.match(/^name +expired\nstate +expired$/m);
      expect(await adminJson('get', expired.apiKey.id)).to.deep.equal([expired.apiKey]);
    });

    it('rotate prints the new key, and revoke ends it', async () => {
      const [{ apiKey, key }] = await adminJson('create', 'rotated', '--scope', 'alerts:read');
      const rotated = await asAdmin(['rotate', apiKey.id, '--keep-previous-for', '1d']);
      expect(rotated.code).to.equal(0);
      expect(rotated.stdout)
        .to.match(new RegExp(`^vgk_${apiKey.id}_`))
        .and.not.equal(`${key}\n`);
      expect(rotated.stderr).to.match(/^previous key until: 2/m);
      expect(await asAdmin(['revoke', apiKey.id])).to.include({ code: 0, stdout: `revoked  ${apiKey.id}\n` });
      const refused = await run(['list', '--token', rotated.stdout.trim()]);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.match(/^vigie: UNAUTHENTICATED \(CREDENTIALS_INVALID\)/);
      expect((await asAdmin(['rotate', apiKey.id])).stderr).to.match(/^vigie: FAILED_PRECONDITION \(KEY_REVOKED\)/);
      expect((await asAdmin(['revoke', 'none'])).stderr).to.match(/^vigie: NOT_FOUND \(KEY_NOT_FOUND\)/);
    });

    it('says how to say who calls', async () => {
      const { code, stdout, stderr } = await run(['keys']);
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr)
        .to.match(/^vigie: UNAUTHENTICATED \(CREDENTIALS_MISSING\)/)
        .and.contain('--token or VIGIE_TOKEN');
    });
  });

  describe('tenants', () => {
    const asAdmin = (args: readonly string[]) => run(args, { env: { VIGIE_TOKEN: mesh.access.adminKey } });

    async function adminJson(...args: string[]) {
      const { code, stdout, stderr } = await asAdmin([...args, '--json']);
      expect([code, stderr]).to.deep.equal([0, '']);
      return JSON.parse(stdout);
    }

    it('are made, listed and shown', async () => {
      expect((await asAdmin(['tenants', 'create', 'acme', '--name', 'Acme & fils'])).stdout).to.match(
        /^id +acme\nname +Acme & fils\nstate +active\ncreated +2/,
      );
      const { stdout } = await asAdmin(['tenants', 'list']);
      const [head, latest, first] = stdout.split('\n').map(row => row.split(/ {2,}/));
      expect(head).to.deep.equal(['ID', 'NAME', 'CREATED', 'STATE']);
      expect(latest?.slice(0, 2)).to.deep.equal(['acme', 'Acme & fils']);
      expect(first?.[0]).to.equal('default');
      expect((await asAdmin(['tenants'])).stdout).to.equal(stdout);
      expect(await adminJson('tenants', 'get', 'acme')).to.include({ id: 'acme', displayName: 'Acme & fils' });
      const taken = await asAdmin(['tenants', 'create', 'acme']);
      expect([taken.code, taken.stderr]).to.satisfy(([code, text]: [number, string]) =>
        code === 1 ? /^vigie: ALREADY_EXISTS \(TENANT_EXISTS\)/.test(text) : false,
      );
    });

    it('have keys, which admins of the default one make, list, show, rotate and revoke', async () => {
      await adminJson('tenants', 'create', 'keyed');
      const { apiKey, key } = await adminJson('keys', 'create', 'first', '--scope', 'admin', '--tenant', 'keyed');
      expect(apiKey).to.include({ tenant: 'keyed' });
      expect((await run(['tenants', 'get', 'keyed', '--token', key])).code).to.equal(0);
      expect((await run(['tenants', '--token', key])).stderr).to.match(
        /^vigie: PERMISSION_DENIED \(TENANT_NOT_ALLOWED\)/,
      );
      expect((await run(['keys', '--token', key])).stdout.trimEnd().split('\n')).to.have.lengthOf(2);
      const named = [apiKey.id, '--tenant', 'keyed'];
      expect((await asAdmin(['keys', 'get', apiKey.id])).stderr).to.match(/^vigie: NOT_FOUND \(KEY_NOT_FOUND\)/);
      expect((await asAdmin(['keys', 'get', ...named])).stdout).to.match(/^tenant +keyed$/m);
      expect((await asAdmin(['keys', '--tenant', 'keyed'])).stdout).to.contain(apiKey.id);
      expect((await adminJson('keys', 'rotate', ...named)).apiKey).to.include({ id: apiKey.id });
      expect((await asAdmin(['keys', 'revoke', ...named])).stdout).to.equal(`revoked  ${apiKey.id}\n`);
    });

    it('are disabled and enabled', async () => {
      await adminJson('tenants', 'create', 'shut');
      expect(await adminJson('tenants', 'disable', 'shut')).to.have.property('disabledAt');
      const refused = await asAdmin(['keys', 'create', 'late', '--scope', 'admin', '--tenant', 'shut']);
      expect(refused.stderr).to.contain('api_key.tenant must be a tenant');
      expect((await asAdmin(['tenants', 'enable', 'shut'])).stdout).to.match(/^state +active$/m);
      expect((await asAdmin(['tenants', 'disable', 'default'])).stderr).to.match(
        /^vigie: FAILED_PRECONDITION \(TENANT_NEEDED\)/,
      );
    });
  });

  it('sends the token', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(401).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await run(['list', '--url', url], { env: { VIGIE_TOKEN: 'secret' } });
    server.close();
    expect([code, seen]).to.deep.equal([1, ['Bearer secret']]);
    expect(stderr).to.match(/^vigie: UNAUTHENTICATED/);
  });

  for (const [what, args] of Object.entries({
    'no command': [],
    'a command that there is not': ['sned'],
    'an option that there is not': ['list', '--stores', 'a'],
    'a status that there is not': ['list', '--status', 'LOST'],
    'an order that there is not': ['list', '--order', 'store'],
    'a time without its zone': ['list', '--since', '2025-06-02T13:00:00'],
    'a duration that is none': ['get', 'a', '--wait', 'long'],
    'two uids': ['get', 'a', 'b'],
    'an argument where there are only options': ['replay', 'a'],
    'a file and fields': ['send', 'a.ndjson', '--video', VIDEO],
    'an alert without a store': ['send', '--video', VIDEO],
    'a label without a value': ['send', '--video', VIDEO, '--store', 's', '--label', 'camera'],
    'a picture that goes nowhere': ['poster', 'a'],
    'nothing that is done with keys': ['keys', 'constructor'],
    'a key without a scope': ['keys', 'create', 'a'],
    'a key with a scope that there is not': ['keys', 'create', 'a', '--scope', 'alerts'],
    'a key without a name': ['keys', 'create', '--scope', 'admin'],
    'nothing that is done with tenants': ['tenants', 'remove', 'a'],
    'a tenant without an id': ['tenants', 'create'],
    'more than an action where tenants are listed': ['tenants', 'list', 'a'],
    'an option of another action': ['keys', 'revoke', 'a', '--scope', 'admin'],
    'an option of an action without it': ['keys', '--expires-in', '1d'],
    'a URL that is none': ['list', '--url', 'localhost:8000'],
    'a shell that it does not know': ['completion', 'tcsh'],
  })) {
    it(`ends with 2 for ${what}`, async () => {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.match(/^vigie: /);
    });
  }

  it('explains itself, and each command', async () => {
    for (const args of [['help'], ['--help'], ['help', 'completion'], ['completion', '--help']]) {
      expect(await run(args))
        .to.deep.include({ code: 0, stderr: '' })
        .and.property('stdout')
        .contain('vigie COMMAND');
    }
    for (const args of [
      ['help', 'list'],
      ['--url', mesh.url, 'list', '-h'],
    ]) {
      expect((await run(args)).stdout).to.match(/^Usage: vigie list \[options\]\n/);
    }
  });

  it('ends with 3 where nobody answers', async () => {
    const { code, stderr } = await run(['list', '--url', 'http://127.0.0.1:9', '--timeout', '100ms']);
    expect(code).to.equal(3);
    expect(stderr).to.contain("can't be reached");
  });
});
