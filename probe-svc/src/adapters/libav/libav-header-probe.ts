import type { InspectOptions, SparseFile } from '@vigie/media-source';
import { probe } from '@vigie/native';
import type { HeaderAnswer, HeaderProbe } from '../../ports/header-probe.ts';

/** The libav core of this process. */
export class LibavHeaderProbe implements HeaderProbe {
  async probe(file: SparseFile, { timeoutMs, signal }: InspectOptions): Promise<HeaderAnswer> {
    const answer = await probe(file, signal === undefined ? { timeoutMs } : { timeoutMs, signal });
    if (answer.kind !== 'failure') return answer;
    const { kind, code, message, diagnostics } = answer;
    return { kind, failure: { code, message }, diagnostics };
  }
}
