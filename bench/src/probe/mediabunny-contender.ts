import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import type { Contender } from './contender.ts';

/** Asks for what Vigie tells too, by the quickest of its calls. */
export const mediabunny: Contender = {
  name: 'mediabunny',
  async probe(path) {
    const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
    try {
      if (!(await input.canRead())) return false;
      const video = await input.getPrimaryVideoTrack();
      if (video === null) return false;
      const audio = await input.getPrimaryAudioTrack();
      await Promise.all([video.getCodec(), video.getCodedWidth(), video.getDisplayWidth(), video.getRotation()]);
      await Promise.all([audio?.getCodec(), audio?.getSampleRate(), audio?.getNumberOfChannels()]);
      await input.getDurationFromMetadata();
      return true;
    } finally {
      input.dispose();
    }
  },
};
