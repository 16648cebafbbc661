import { SparseFile } from '@vigie/media-source';
import { expect } from 'chai';
import { itIsAHeaderProbe } from '../../testing/header-probe.contract.ts';
import { BeamcoderHeaderProbe } from './beamcoder-header-probe.ts';
import { BeamcoderLoadError, loadBeamcoder } from './load-beamcoder.ts';

const THREADS = 4;

function whyAbsent(): BeamcoderLoadError | undefined {
  try {
    loadBeamcoder();
    return undefined;
  } catch (error) {
    return error as BeamcoderLoadError;
  }
}

const absent = whyAbsent();

if (absent === undefined) {
  describe('BeamcoderHeaderProbe', () => {
    const probe = new BeamcoderHeaderProbe(THREADS);
    itIsAHeaderProbe(() => probe);

    it('opens no file that a playlist names', async () => {
      for (const text of [
        '#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n',
        "ffconcat version 1.0\nfile '/etc/hostname'\n",
      ]) {
        const file = new SparseFile();
        file.add(0, Buffer.from(text));
        file.sizeBytes = text.length;
        expect(await probe.probe(file, { timeoutMs: 5_000 })).to.have.property('kind', 'failure');
      }
    });
  });
} else {
  describe('BeamcoderHeaderProbe', () => {
    it('says how to get beamcoder where it is not compiled', () => {
      expect(() => new BeamcoderHeaderProbe(THREADS)).to.throw(
        BeamcoderLoadError,
        'npm run build:beamcoder -w probe-svc',
      );
    });

    it.skip(`passes the contract of HeaderProbe (skipped: ${absent.message.split('\n')[0]})`);
  });
}
