import { ALL_FORMATS, CustomSource, Input } from 'mediabunny';
import type { Contender } from './contender.ts';
import { LocalFile } from './local-file.ts';

/** Reads the same facts as Vigie, by the fastest of its calls. */
export const mediabunny: Contender = {
  name: 'mediabunny',
  async probe(path) {
    using file = new LocalFile(path);
    const source = new CustomSource({
      getSize: () => file.sizeBytes,
      read: (start, end) => file.read(start, end - start),
    });
    using input = new Input({ source, formats: ALL_FORMATS });
    if (!(await input.canRead())) return false;
    const video = await input.getPrimaryVideoTrack();
    if (video === null || (await video.getCodec()) === null) return false;
    const audio = await input.getPrimaryAudioTrack();
    await Promise.all([video.getCodedWidth(), video.getDisplayWidth(), video.getRotation()]);
    await Promise.all([audio?.getCodec(), audio?.getSampleRate(), audio?.getNumberOfChannels()]);
    await input.getDurationFromMetadata();
    return true;
  },
};
