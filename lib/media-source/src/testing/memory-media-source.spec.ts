import { itIsAMediaSource } from './media-source.contract.ts';
import { MemoryMediaSource } from './memory-media-source.ts';

describe('MemoryMediaSource', () => {
  const source = new MemoryMediaSource();

  itIsAMediaSource(() => ({
    source,
    async put(video, bytes) {
      source.files.set(video, bytes);
    },
  }));
});
