import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isLiving, shortestRunMs, waitUntilGone } from '@vigie/dev-env/testing';
import { type InspectOptions, SparseFile } from '@vigie/media-source';
import { expect } from 'chai';
import type { HeaderAnswer } from '../../ports/header-probe.ts';
import { itIsAHeaderProbe } from '../../testing/header-probe.contract.ts';
import { makeMarkedVideo } from '../../testing/marked-video.ts';
import { ChildProcessIsolation, type ChildProcessIsolationOptions } from './child-process-isolation.ts';
import { ProbeChild, ProbeChildError } from './probe-child.ts';

const isolatedMain = fileURLToPath(new URL('../../isolated-main.ts', import.meta.url));
const traps = new URL('../../testing/trap-marked-videos.ts', import.meta.url).href;
const MEBIBYTE = 1024 * 1024;

describe('ChildProcessIsolation', () => {
  const results: string[] = [];
  const options: ChildProcessIsolationOptions = {
    main: [isolatedMain],
    memoryBytes: 512 * MEBIBYTE,
    env: {},
    maxChildren: 2,
    metrics: { countProbe: result => results.push(result) },
  };
  const trapped = { ...options, env: { NODE_OPTIONS: `--import=${traps}` } };
  let isolation: ChildProcessIsolation;
  let sound: Uint8Array;

  before(async () => {
    sound = await readFile(new URL('../../../../nginx/videos/mp4-faststart.mp4', import.meta.url));
  });
  beforeEach(() => {
    results.length = 0;
  });

  const ask = async (bytes: Uint8Array, options: Partial<InspectOptions> = {}) => {
    const file = new SparseFile();
    file.sizeBytes = bytes.length;
    file.add(0, bytes);
    using probe = isolation.open();
    return await probe.probe(file, { timeoutMs: 10_000, ...options });
  };
  const codeOf = (answer: HeaderAnswer) => (answer.kind === 'failure' ? answer.failure.code : answer.kind);

  describe('with a sound decoder', () => {
    before(() => {
      isolation = new ChildProcessIsolation(options);
    });
    after(() => isolation[Symbol.dispose]());

    itIsAHeaderProbe(() => isolation.open());
  });

  describe('with a decoder that marked videos kill', () => {
    beforeEach(() => {
      isolation = new ChildProcessIsolation(trapped);
    });
    afterEach(() => isolation[Symbol.dispose]());

    it('answers DECODER_CRASHED when the child dies, and goes on with the next file', async () => {
      const answer = await ask(await makeMarkedVideo('crash'));
      expect(answer).to.deep.include({
        failure: { code: 'DECODER_CRASHED', message: 'the decoder died of this file (SIGSEGV)' },
      });
      expect(codeOf(await ask(sound))).to.equal('media');
      expect(results).to.deep.equal(['crashed', 'answer']);
    });

    it('blames no file for the harm that an earlier one did to the child', async () => {
      await ask(await makeMarkedVideo('crash-on-the-next'));
      expect(codeOf(await ask(sound))).to.equal('media');
      expect(results).to.deep.equal(['answer', 'answer']);
    });

    it('lets files that crash harm none of those that are probed beside them', async () => {
      const [crashing, hanging] = await Promise.all([makeMarkedVideo('crash'), makeMarkedVideo('hang')]);
      const files = [sound, crashing, sound, hanging, crashing, sound];
      const answers = await Promise.all(files.map(bytes => ask(bytes, { timeoutMs: 4_000 })));
      expect(answers.map(codeOf)).to.deep.equal([
        'media',
        'DECODER_CRASHED',
        'media',
        'PROBE_TIMEOUT',
        'DECODER_CRASHED',
        'media',
      ]);
    });

    it('blames no file for a child that something else ended, and has it probed by one that is alone', async () => {
      const [hanging, killing] = await Promise.all([makeMarkedVideo('hang'), makeMarkedVideo('kill-beside-others')]);
      const files = [ask(hanging, { timeoutMs: 1_000 }), ask(killing)];
      expect((await Promise.all(files)).map(codeOf)).to.deep.equal(['PROBE_TIMEOUT', 'media']);
    });

    it('knows nothing about a file whose child is ended even when it is alone', async () => {
      const error = await ask(await makeMarkedVideo('kill')).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(ProbeChildError);
      expect((error as Error).message).to.include('SIGKILL');
      expect(results).to.deep.equal(['ended']);
      expect(codeOf(await ask(sound))).to.equal('media');
    });

    it("counts no time for waiting, neither for a child's turn nor for its start", async () => {
      const hanging = await makeMarkedVideo('hang');
      const others = [ask(hanging, { timeoutMs: 500 }), ask(hanging, { timeoutMs: 500 })];
      const steps: string[] = [];
      const suspendDeadline = () => {
        steps.push('suspended');
        return { [Symbol.dispose]: () => void steps.push('resumed') };
      };
      const waiting = ask(sound, { suspendDeadline });
      await nextTurn();
      expect(steps).to.deep.equal(['suspended']);
      expect(codeOf(await waiting)).to.equal('media');
      expect(steps).to.deep.equal(['suspended', 'resumed']);
      await Promise.all(others);
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
    isolation = new ChildProcessIsolation({ ...options, main: ['/nowhere/main.ts'] });
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
      const nothing = { isNewFile: true, ranges: [], sizeBytes: 0, timeoutMs: 60_000 };
      const reply = await child.ask(nothing, 60_000, undefined);
      expect(reply.kind).to.equal('answer');
      expect(isLiving(pid)).to.equal(true);
    });

    it('keeps what it has of a file, until it is asked about another one', async () => {
      const about = { sizeBytes: sound.length, timeoutMs: 10_000 };
      const ranges = [{ offset: 0, bytes: sound }];
      const kindOf = async (question: { isNewFile: boolean; ranges: typeof ranges }) => {
        const reply = await child.ask({ ...about, ...question }, 20_000, undefined);
        return reply.kind === 'answer' ? reply.answer.kind : reply.kind;
      };
      expect(await kindOf({ isNewFile: true, ranges })).to.equal('media');
      expect(await kindOf({ isNewFile: false, ranges: [] })).to.equal('media');
      expect(await kindOf({ isNewFile: true, ranges: [] })).to.equal('need');
    });

    it('ends when the service disconnects', async () => {
      child.kill();
      await waitUntilGone([child.pid as number]);
    });
  });
});
