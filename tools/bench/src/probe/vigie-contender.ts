import { type ByteRange, probe } from '@vigie/native';
import type { Contender } from './contender.ts';
import { LocalFile } from './local-file.ts';

const FIRST_RANGE_BYTES = 32 * 1024;

/** The whole loop of ranged reads and probes, as probe-svc runs it, over the local file. */
export const vigie: Contender = {
  name: 'vigie',
  async probe(path) {
    using file = new LocalFile(path);
    const ranges: ByteRange[] = [];
    let next = { offset: 0, lengthBytes: FIRST_RANGE_BYTES };
    for (;;) {
      ranges.push({ offset: next.offset, bytes: file.read(next.offset, next.lengthBytes) });
      const answer = await probe({ ranges, sizeBytes: file.sizeBytes });
      if (answer.kind !== 'need') return answer.kind === 'media';
      next = answer;
    }
  },
};
