import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeCertificates, type ScratchCertificates, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { KeyPair } from '../http-listener/tls/tls-acceptor.ts';
import { KeyPairFiles } from './key-pair-files.ts';
import { registerKeyPairMetrics } from './key-pair-metrics.ts';

const POLL_MS = 20;

describe('KeyPairFiles', () => {
  let teardown: AsyncDisposableStack;
  let dir: string;
  let certFile: string;
  let keyFile: string;
  let lines: { level: number; msg: string }[];

  beforeEach(async () => {
    teardown = new AsyncDisposableStack();
    dir = teardown.use(await temporaryDir()).path;
    certFile = path.join(dir, 'tls.crt');
    keyFile = path.join(dir, 'tls.key');
    lines = [];
  });
  afterEach(() => teardown.disposeAsync());

  async function certify(options = {}): Promise<ScratchCertificates> {
    return makeCertificates(teardown.use(await temporaryDir()).path, options);
  }

  async function put({ cert, key }: KeyPair): Promise<void> {
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
  }

  async function open(options: { caFile?: string } = {}): Promise<{ files: KeyPairFiles; taken: string[] }> {
    const logger = pino({ base: {} }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const files = teardown.use(await KeyPairFiles.open({ certFile, keyFile, ...options, logger, pollMs: POLL_MS }));
    const taken: string[] = [];
    files.follow(({ cert }) => taken.push(cert));
    return { files, taken };
  }

  const logged = (text: RegExp) => lines.filter(({ msg }) => text.test(msg));
  const nextRefusal = () => waitFor('a refusal in the log', () => logged(/stays as it was/)[0]);

  it('takes up files that are written anew', async () => {
    const [first, second] = [await certify(), await certify()];
    await put(first);
    const { files, taken } = await open();
    expect(files.current.cert).to.equal(first.cert);
    await put(second);
    await waitFor('the second', () => taken.includes(second.cert) || undefined);
    expect([files.current.cert, files.current.key, taken]).to.deep.equal([second.cert, second.key, [second.cert]]);
    expect(lines.filter(({ level }) => level > 30)).to.deep.equal([]);
  });

  it('takes up those of a secret of Kubernetes, which change by the renaming of a symbolic link', async () => {
    const pairs = [await certify(), await certify()];
    for (const [index, { cert, key }] of pairs.entries()) {
      await mkdir(path.join(dir, `..${index}`));
      await writeFile(path.join(dir, `..${index}`, 'tls.crt'), cert);
      await writeFile(path.join(dir, `..${index}`, 'tls.key'), key);
    }
    await symlink('..0', path.join(dir, '..data'));
    await symlink('..data/tls.crt', certFile);
    await symlink('..data/tls.key', keyFile);
    const { taken } = await open();
    await symlink('..1', path.join(dir, '..data_tmp'));
    await rename(path.join(dir, '..data_tmp'), path.join(dir, '..data'));
    await waitFor('the second', () => taken.includes(pairs[1]?.cert ?? '') || undefined);
  });

  for (const [what, breakIt] of [
    ['do not belong together', async () => writeFile(keyFile, (await certify()).key)],
    ['are no PEM', () => writeFile(certFile, 'no certificate')],
    ['have an empty key', () => writeFile(keyFile, '')],
    ['are gone', () => rm(certFile)],
    ['have expired', async () => put(await certify({ days: -1 }))],
  ] as const) {
    it(`goes on with the ones before if the new ones ${what}, says so once, and takes up the next`, async () => {
      const [first, next] = [await certify(), await certify()];
      await put(first);
      const { files, taken } = await open();
      await breakIt();
      await nextRefusal();
      expect([files.current.cert, taken]).to.deep.equal([first.cert, []]);
      await put(next);
      await waitFor('the next', () => taken.includes(next.cert) || undefined);
      expect(logged(/stays as it was/)).to.have.length(1);
      expect(files.reloads).to.deep.equal({ succeeded: 1, failed: 1 });
    });
  }

  it('goes on with the ones before if whoever uses them refuses the new ones', async () => {
    const first = await certify();
    await put(first);
    const { files } = await open();
    files.follow(() => {
      throw new Error('not here');
    });
    await put(await certify());
    expect((await nextRefusal()).msg).to.match(/not here$/);
    expect(files.current.cert).to.equal(first.cert);
  });

  it('does not open files that can not be used, and says which', async () => {
    const refusal = () => open().then(() => '', String);
    expect(await refusal()).to.match(/tls\.crt and .*tls\.key: ENOENT/);
    const { cert } = await certify();
    await put({ cert, key: (await certify()).key });
    expect(await refusal()).to.match(/tls\.crt and .*tls\.key: .*mismatch/);
  });

  it('takes up other authorities, and goes on with the ones before if the new ones are none', async () => {
    const first = await certify();
    await put(first);
    const caFile = path.join(dir, 'ca.crt');
    await writeFile(caFile, 'no certificate');
    const refusal = await open({ caFile }).then(() => '', String);
    expect(refusal).to.match(/tls\.crt and .*tls\.key and .*ca\.crt: there is no certificate of an authority/);
    await writeFile(caFile, first.authority);
    const { files } = await open({ caFile });
    expect(files.current.ca).to.equal(first.authority);
    await writeFile(caFile, first.authority + first.authority.slice(0, 200));
    await nextRefusal();
    expect(files.current.ca).to.equal(first.authority);
    const both = first.authority + (await certify()).authority;
    await writeFile(caFile, both);
    await waitFor('both', () => files.current.ca === both || undefined);
  });

  it('tells all who follow it', async () => {
    await put(await certify());
    const { files, taken } = await open();
    const others: string[] = [];
    files.follow(({ cert }) => others.push(cert));
    const { cert, key } = await certify();
    await put({ cert, key });
    await waitFor('both', () => (others.length > 0 && taken.length > 0) || undefined);
    expect([others, taken]).to.deep.equal([[cert], [cert]]);
  });

  for (const [days, wanted] of [
    [90, []],
    [10, ['the TLS certificate expires soon']],
    [-1, ['the TLS certificate has expired']],
  ] as const) {
    it(`warns ${wanted.length === 0 ? 'of nothing' : 'once'} if it expires in ${days} days`, async () => {
      // A certificate that holds for a few days in all is no reason to warn.
      await put(await certify({ days, heldDays: 90 }));
      const { taken } = await open();
      const other = await certify({ days: 90 });
      await put(other);
      await waitFor('the other', () => taken.includes(other.cert) || undefined);
      expect(lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).to.deep.equal(wanted);
    });
  }

  it('tells when the certificate in use expires', async () => {
    await put(await certify({ days: 20 }));
    const { files } = await open();
    const registry = new Registry();
    registerKeyPairMetrics(registry, files, 'public');
    const [, seconds] = /^vigie_tls_certificate_expires_seconds (\S+)$/m.exec(await registry.metrics()) ?? [];
    expect(Number(seconds) - Date.now() / 1_000).to.be.closeTo(20 * 86_400, 3_600);
    expect(await registry.metrics()).to.contain('vigie_tls_reloads_total{result="failed"} 0');
  });
});
