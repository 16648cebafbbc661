import { spawnSync } from 'node:child_process';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { ReadMeter } from '../read-meter.ts';
import { itIsAMediaSource } from '../testing/media-source.contract.ts';
import { FileMediaSource } from './file-media-source.ts';

describe('FileMediaSource', () => {
  let dir: AsyncDisposable & { path: string };

  before(async () => {
    dir = await temporaryDir();
  });
  after(() => dir[Symbol.asyncDispose]());

  // The contract's names begin at the root, as an alert's do; here they lie in a folder.
  itIsAMediaSource(() => {
    const files = new FileMediaSource(dir.path);
    return {
      source: { open: (video, options) => files.open(`.${video}`, options) },
      async put(video, bytes) {
        const file = path.join(dir.path, video);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(`${file}.upload`, bytes);
        await rename(`${file}.upload`, file);
      },
    };
  });

  const errorOf = (video: string) =>
    new FileMediaSource(dir.path)
      .open(video, { meter: new ReadMeter(), signal: new AbortController().signal })
      .read({ offset: 0, lengthBytes: 100 }, 100)
      .then(
        () => 'no error',
        error => error,
      );

  it('says how long a file has not changed', async () => {
    const file = path.join(dir.path, 'old.mp4');
    await writeFile(file, 'x');
    await utimes(file, new Date(), new Date(Date.now() - 3_600_000));
    const read = { meter: new ReadMeter(), signal: new AbortController().signal };
    const slice = await new FileMediaSource(dir.path).open('old.mp4', read).read({ offset: 0, lengthBytes: 100 }, 100);
    expect(slice.unchangedForMs).to.be.within(3_600_000, 3_660_000);
  });

  it('calls a folder, a file below a file and a name that no file can have not found', async () => {
    await writeFile(path.join(dir.path, 'a.mp4'), 'x');
    for (const video of ['.', 'a.mp4/b.mp4', 'a'.repeat(5_000)]) {
      expect(await errorOf(video), video.slice(0, 20)).to.have.property('reason', 'NOT_FOUND');
    }
  });

  it('says of a name that is no UTF-8 what to do', async () => {
    const name = Buffer.from([0x6b, 0xfc, 0x2e, 0x6d, 0x70, 0x34]);
    await writeFile(Buffer.concat([Buffer.from(`${dir.path}/`), name]), 'x');
    expect(await errorOf(name.toString())).to.include({
      reason: 'NOT_FOUND',
      message: 'the name is no UTF-8: rename the file, or its folder',
    });
  });

  it('does not wait for somebody to write to a named pipe', async () => {
    expect(spawnSync('mkfifo', [path.join(dir.path, 'pipe.mp4')]).status).to.equal(0);
    expect(await errorOf('pipe.mp4')).to.have.property('reason', 'NOT_FOUND');
  });
});
