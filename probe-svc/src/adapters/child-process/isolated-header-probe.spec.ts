import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isLiving, shortestRunMs, waitUntilGone } from '@vigie/dev-env/testing';
import { SparseFile } from '@vigie/media-source';
import { expect } from 'chai';
import type { HeaderAnswer } from '../../ports/header-probe.ts';
import { itIsAHeaderProbe } from '../../testing/header-probe.contract.ts';
import { makeMarkedVideo } from '../../testing/marked-video.ts';
import { IsolatedHeaderProbe, type IsolatedHeaderProbeOptions } from './isolated-header-probe.ts';
import { ProbeChild, ProbeChildError } from './probe-child.ts';

const isolatedMain = fileURLToPath(new URL('../../isolated-main.ts', import.meta.url));
const traps = new URL('../../testing/trap-marked-videos.ts', import.meta.url).href;
const MEBIBYTE = 1024 * 1024;

describe('IsolatedHeaderProbe', () => {
  const results: string[] = [];
  const options: IsolatedHeaderProbeOptions = {
    main: [isolatedMain],
    memoryBytes: 512 * MEBIBYTE,
    env: {},
    maxChildren: 2,
    metrics: { countProbe: result => results.push(result) },
  };
  const trapped = { ...options, env: { NODE_OPTIONS: `--import=${traps}` } };
  let probe: IsolatedHeaderProbe;
  let sound: Uint8Array;

  before(async () => {
    sound = await readFile(new URL('../../../../nginx/videos/mp4-faststart.mp4', import.meta.url));
  });
  beforeEach(() => {
    results.length = 0;
  });

  const ask = (
    bytes: Uint8Array,
    { timeoutMs = 10_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ) => {
    const file = new SparseFile();
    file.sizeBytes = bytes.length;
    file.add(0, bytes);
    return probe.probe(file, { timeoutMs, signal });
  };
  const codeOf = (answer: HeaderAnswer) => (answer.kind === 'failure' ? answer.failure.code : answer.kind);

  describe('with a sound decoder', () => {
    before(() => {
      probe = new IsolatedHeaderProbe(options);
    });
    after(() => probe[Symbol.dispose]());

    itIsAHeaderProbe(() => probe);
  });

  describe('with a decoder that marked videos kill', () => {
    beforeEach(() => {
      probe = new IsolatedHeaderProbe(trapped);
    });
    afterEach(() => probe[Symbol.dispose]());

    it('answers DECODER_CRASHED when the child dies, and goes on with the next file', async () => {
      const answer = await ask(await makeMarkedVideo('crash'));
      expect(answer).to.deep.include({
        failure: { code: 'DECODER_CRASHED', message: 'the decoder died of this file (SIGSEGV)' },
      });
      expect(codeOf(await ask(sound))).to.equal('media');
      expect(results).to.deep.equal(['died', 'answer']);
    });

    it('blames no file for the harm that an earlier one did to the child', async () => {
      await ask(await makeMarkedVideo('crash-on-the-next'));
      expect(codeOf(await ask(sound))).to.equal('media');
      expect(results).to.deep.equal(['answer', 'answer']);
    });

    it('lets files that crash harm none of those that are probed beside them', async () => {
      const [crashing, hanging] = await Promise.all([makeMarkedVideo('crash'), makeMarkedVideo('hang')]);
      const files = [sound, crashing, sound, hanging, crashing, sound];
      const answers = await Promise.all(files.map(bytes => ask(bytes, { timeoutMs: 1_000 })));
      expect(answers.map(codeOf)).to.deep.equal([
        'media',
        'DECODER_CRASHED',
        'media',
        'PROBE_TIMEOUT',
        'DECODER_CRASHED',
        'media',
      ]);
    });

    it('ends a child that hangs', async () => {
      expect(codeOf(await ask(await makeMarkedVideo('hang'), { timeoutMs: 50 }))).to.equal('PROBE_TIMEOUT');
      expect(results).to.deep.equal(['overdue']);
    });

    it('ends the child at once when its answer is no longer wanted', async () => {
      const tookMs = await shortestRunMs(50, async () => {
        const caller = new AbortController();
        const reason = new Error('gone');
        await ask(sound);
        const asking = ask(await makeMarkedVideo('hang'), { signal: caller.signal });
        await nextTurn();
        const abortedAt = performance.now();
        caller.abort(reason);
        expect(await asking.catch((error: unknown) => error)).to.equal(reason);
        return performance.now() - abortedAt;
      });
      expect(tookMs).to.be.below(50);
    });
  });

  it('knows nothing about a file when no child can be started', async () => {
    probe = new IsolatedHeaderProbe({ ...options, main: ['/nowhere/main.ts'] });
    const error = await ask(sound).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ProbeChildError);
    expect((error as Error).message).to.match(/exit code 1.*\/nowhere\/main\.ts/s);
  });

  describe('its child', () => {
    let child: ProbeChild;

    beforeEach(async () => {
      child = await ProbeChild.start(options);
    });
    afterEach(() => child.kill());

    it('has a limit on its memory and leaves no core file', async () => {
      const limits = await readFile(`/proc/${child.pid}/limits`, 'utf8');
      expect(limits).to.match(new RegExp(`Max data size +${1_024 * MEBIBYTE} `));
      expect(await readFile(`/proc/${child.pid}/oom_score_adj`, 'utf8')).to.equal('1000\n');
      expect(limits).to.match(/Max core file size +0 /);
    });

    it('does not end by the signals that stop the service', async () => {
      const pid = child.pid as number;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
      const reply = await child.ask({ ranges: [], sizeBytes: 0, timeoutMs: 1_000 }, 5_000, undefined);
      expect(reply.kind).to.equal('answer');
      expect(isLiving(pid)).to.equal(true);
    });

    it('ends when the service disconnects', async () => {
      child.kill();
      await waitUntilGone([child.pid as number]);
    });
  });
});
