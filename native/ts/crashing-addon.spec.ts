import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { addonVariantPath, buildAddonVariant, preloadOf } from '../test/addon-variant.ts';
import { makeCrashingVideo } from '../test/marked-video.ts';
import { probe } from './probe.ts';

const face = new URL('./index.ts', import.meta.url).href;
const markedVideo = new URL('../test/marked-video.ts', import.meta.url).href;
const sample = new URL('../test/samples.ts', import.meta.url).href;

function runWithCrashingAddon(bytes: string) {
  const script = `
    import { probe } from '${face}';
    import { makeCrashingVideo } from '${markedVideo}';
    import { readSample } from '${sample}';
    const bytes = ${bytes};
    const answer = await probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
    console.log(answer.kind);`;
  const args = ['--import', preloadOf('crashing'), '--input-type=module', '--eval', script];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('the crashing addon, for tests of crash isolation', () => {
  before(function () {
    this.timeout(900_000);
    buildAddonVariant('crashing');
  });

  it('kills the process on the marked video', () => {
    const { signal, stdout } = runWithCrashingAddon('makeCrashingVideo()');
    expect([signal, stdout]).to.deep.equal(['SIGSEGV', '']);
  });

  it('reads every other video', () => {
    const { status, stdout, stderr } = runWithCrashingAddon("readSample('mp4-faststart.mp4')");
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: 'media\n', stderr: '' });
  });

  it('is not the shipped one, which reads the marked video as any other and holds nothing of the trap', async () => {
    const bytes = makeCrashingVideo();
    const answer = await probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
    expect(answer.kind).to.equal('media');
    const holdsTrap = (path: string) => readFileSync(path).includes('crash the decoder on purpose');
    expect(holdsTrap(addonVariantPath('crashing'))).to.equal(true);
    expect(holdsTrap(fileURLToPath(new URL('../build/Release/vigie_native.node', import.meta.url)))).to.equal(false);
  });
});
