import { execFile } from 'node:child_process';
import { readdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { bundleService, serviceSource } from './service-bundle.ts';

/** The first call of `runService` on its process. */
const THROWING = 'data:text/javascript,process.on = () => { throw new Error("as asked") }';

describe('bundleService', () => {
  it('makes one file of a service, whose stack traces name lines of its sources', async () => {
    const args = ['--enable-source-maps', '--import', THROWING, await bundleService('retention-svc')];
    const run = promisify(execFile)(process.execPath, args, { env: { NATS_URL: 'nats://127.0.0.1:4222' } });
    const { stderr } = await run.catch(error => error);
    expect(stderr)
      .to.include('Error: as asked')
      .and.match(/at .*\/lib\/service-kit\/src\/lifecycle\/run-service\.ts:\d+:\d+/)
      .and.match(/at .*\/retention-svc\/src\/main\.ts:\d+:\d+/);
  });

  it('makes it for several that ask at once', async () => {
    await using dir = await temporaryDir();
    const asked = Array.from({ length: 8 }, () => bundleService('retention-svc', dir.path));
    const bundle = path.join(dir.path, 'retention-svc.mjs');
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([bundle]));
    expect(await readdir(dir.path)).to.have.members(
      ['mjs', 'mjs.map', 'inputs.json'].map(end => `retention-svc.${end}`),
    );
  });

  it('makes it anew after a change of a source, and not before', async () => {
    await using dir = await temporaryDir();
    const madeAt = async () => (await stat(await bundleService('retention-svc', dir.path))).mtimeMs;
    const first = await madeAt();
    expect(await madeAt()).to.equal(first);
    await utimes(serviceSource('retention-svc'), new Date(), new Date());
    expect(await madeAt()).to.be.above(first);
  });
});
