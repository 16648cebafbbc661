import { readUntilKnown } from '@vigie/media-source';
import { probe } from '@vigie/native';
import type { Contender } from './contender.ts';
import { LocalFile } from './local-file.ts';

const FIRST_RANGE_BYTES = 32 * 1024;

/** The whole loop of ranged reads and probes, as probe-svc runs it, over the local file. */
export const vigie: Contender = {
  name: 'vigie',
  async probe(path) {
    using file = new LocalFile(path);
    const answer = await readUntilKnown(
      { offset: 0, lengthBytes: FIRST_RANGE_BYTES },
      ({ offset, lengthBytes }, held) => {
        held.sizeBytes = file.sizeBytes;
        held.add(offset, file.read(offset, lengthBytes));
      },
      held => probe(held),
    );
    return answer.kind === 'media';
  },
};
