import { spawnSync } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
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

  it('calls a folder, a file below a file and a name that no file can have not found', async () => {
    await writeFile(path.join(dir.path, 'a.mp4'), 'x');
    for (const video of ['.', 'a.mp4/b.mp4', 'a'.repeat(5_000)]) {
      expect(await errorOf(video), video.slice(0, 20)).to.have.property('reason', 'NOT_FOUND');
    }
  });

  it('does not wait for somebody to write to a named pipe', async () => {
    expect(spawnSync('mkfifo', [path.join(dir.path, 'pipe.mp4')]).status).to.equal(0);
    expect(await errorOf('pipe.mp4')).to.have.property('reason', 'NOT_FOUND');
  });
});
