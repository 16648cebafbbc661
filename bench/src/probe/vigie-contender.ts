import { probeFile } from '@vigie/native/test/probe-file.ts';
import type { Contender } from './contender.ts';

/** The whole loop of ranged reads and probes, as probe-svc runs it, over the local file. */
export const vigie: Contender = {
  name: 'vigie',
  async probe(path) {
    const { answer } = await probeFile(path);
    return answer.kind === 'media';
  },
};
