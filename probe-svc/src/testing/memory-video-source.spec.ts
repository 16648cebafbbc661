import { MemoryVideoSource } from './memory-video-source.ts';
import { itIsAVideoSource } from './video-source.contract.ts';

describe('MemoryVideoSource', () => {
  const source = new MemoryVideoSource();

  itIsAVideoSource(() => ({
    source,
    async put(video, bytes) {
      source.files.set(video, bytes);
    },
  }));
});
