import { spawn } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { shortestRunMs } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { mp4File, mp4Track } from '../test/mp4-boxes.ts';
import { readSample } from '../test/samples.ts';
import { probe } from './probe.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import type { ProbeInput } from './probe-input.ts';

/** What the issue allows. */
const MAX_DELAY_MS = 50;
const THREAD_POOL_SIZE = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

// Close to the limit on samples: libav builds their index for a tenth of a second or more, in a loop that checks no
// interrupt.
const slowVideo = mp4File(mp4Track({ samples: 7_900_000 }));
const slowInput = { ranges: [{ offset: 0, bytes: slowVideo }], sizeBytes: slowVideo.length };

const quickVideo = readSample('mp4-faststart.mp4');
const quickInput = { ranges: [{ offset: 0, bytes: quickVideo }], sizeBytes: quickVideo.length };

const face = new URL('./index.ts', import.meta.url).href;

/** Holds every thread of the pool for about a second; resolves when they are free again. */
function occupyThreadPool(): Promise<unknown> {
  const hold = () => new Promise(resolve => pbkdf2('secret', 'salt', 800_000, 64, 'sha512', resolve));
  return Promise.all(Array.from({ length: THREAD_POOL_SIZE }, hold));
}

/** Whether it rejects within the time, and how late it was. */
async function abortDelayOf(pending: Promise<ProbeAnswer>, controller: AbortController): Promise<number> {
  const reason = new Error('shutting down');
  const abortedAt = performance.now();
  controller.abort(reason);
  const outcome = await pending.catch(error => error);
  expect(outcome).to.equal(reason);
  return performance.now() - abortedAt;
}

async function deadlineDelayOf(input: ProbeInput, timeoutMs: number): Promise<number> {
  const startedAt = performance.now();
  const answer = await probe(input, { timeoutMs });
  expect(answer).to.include({ kind: 'failure', code: 'PROBE_TIMEOUT' });
  const delayMs = performance.now() - startedAt - timeoutMs;
  expect(delayMs).to.be.at.least(-2);
  return delayMs;
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

describe('a probe that has to end', () => {
  it('is slow on the file that these tests use', async () => {
    const startedAt = performance.now();
    expect((await probe(slowInput, { timeoutMs: 60_000 })).kind).to.equal('media');
    expect(performance.now() - startedAt).to.be.greaterThan(2 * MAX_DELAY_MS);
  });

  it('rejects within 50 ms of an abort deep inside libav', async () => {
    const delayMs = await shortestRunMs(MAX_DELAY_MS, async () => {
      const controller = new AbortController();
      const pending = probe(slowInput, { signal: controller.signal });
      await pause(20);
      return abortDelayOf(pending, controller);
    });
    expect(delayMs).to.be.lessThan(MAX_DELAY_MS);
  });

  it('rejects within 50 ms of an abort while it waits for a thread', async () => {
    const delayMs = await shortestRunMs(MAX_DELAY_MS, async () => {
      const busy = occupyThreadPool();
      const controller = new AbortController();
      const pending = probe(quickInput, { signal: controller.signal });
      await pause(20);
      const delayMs = await abortDelayOf(pending, controller);
      await busy;
      return delayMs;
    });
    expect(delayMs).to.be.lessThan(MAX_DELAY_MS);
  });

  it('answers PROBE_TIMEOUT within 50 ms of its deadline deep inside libav', async () => {
    const delayMs = await shortestRunMs(MAX_DELAY_MS, () => deadlineDelayOf(slowInput, 30));
    expect(delayMs).to.be.lessThan(MAX_DELAY_MS);
  });

  it('answers PROBE_TIMEOUT within 50 ms of its deadline while it waits for a thread', async () => {
    const delayMs = await shortestRunMs(MAX_DELAY_MS, async () => {
      const busy = occupyThreadPool();
      const delayMs = await deadlineDelayOf(quickInput, 30);
      await busy;
      return delayMs;
    });
    expect(delayMs).to.be.lessThan(MAX_DELAY_MS);
  });

  it('takes no thread any more once it is aborted: a thousand in the queue cost next to nothing', async () => {
    const behindMs = await shortestRunMs(1000, async () => {
      const busy = occupyThreadPool();
      const controller = new AbortController();
      const queued = Array.from({ length: 1000 }, () =>
        probe(slowInput, { signal: controller.signal }).catch(() => {}),
      );
      controller.abort();
      await Promise.all(queued);
      await busy;
      const startedAt = performance.now();
      // After all of them in the queue.
      expect((await probe(quickInput)).kind).to.equal('media');
      return performance.now() - startedAt;
    });
    expect(behindMs).to.be.lessThan(1000);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    let listeners = 0;
    const { signal } = new AbortController();
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    await probe(quickInput, { signal });
    await probe(slowInput, { signal, timeoutMs: 1 });
    expect(listeners).to.equal(0);
  });
});

describe('the process around probes', () => {
  const start = `
    import { probe } from '${face}';
    import { readSample } from '${new URL('../test/samples.ts', import.meta.url).href}';
    import { mp4File, mp4Track } from '${new URL('../test/mp4-boxes.ts', import.meta.url).href}';
    const inputOf = bytes => ({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
    const quick = inputOf(readSample('mp4-faststart.mp4'));
    const slow = inputOf(mp4File(mp4Track({ samples: 2_000_000 })));
    const probeMany = count => Array.from({ length: count }, (_, i) => probe(i % 50 === 0 ? slow : quick));`;

  async function run(script: string) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (output += text));
    const [code, signal] = await new Promise<[number | null, string | null]>(resolve =>
      child.once('close', (...ending) => resolve(ending)),
    );
    return { code, signal, output };
  }

  it('exits at once and clean while probes run and wait', async () => {
    const tookMs = await shortestRunMs(5_000, async () => {
      const startedAt = performance.now();
      const ending = await run(`${start} probeMany(2000); setTimeout(() => process.exit(7), 10);`);
      expect(ending).to.deep.equal({ code: 7, signal: null, output: '' });
      return performance.now() - startedAt;
    });
    expect(tookMs).to.be.lessThan(5_000);
  });

  it('exits clean when it throws while probes run', async () => {
    const { code, signal, output } = await run(
      `${start} probeMany(500); setTimeout(() => { throw new Error('over'); }, 5);`,
    );
    expect([code, signal]).to.deep.equal([1, null]);
    expect(output).to.match(/Error: over/);
  });

  it('ends by itself when the last probe has answered', async () => {
    const ending = await run(
      `${start} console.log(new Set((await Promise.all(probeMany(200))).map(({ kind }) => kind)).size);`,
    );
    expect(ending).to.deep.equal({ code: 0, signal: null, output: '1\n' });
  });

  it('loads and unloads the addon in many worker threads, without ever loading it itself', async () => {
    const ending = await run(`
        import { Worker } from 'node:worker_threads';
        const script = \`import('${face}').then(async ({ probe }) => {
          const answer = await probe({ ranges: [{ offset: 0, bytes: new Uint8Array(4096) }], sizeBytes: 4096 });
          if (answer.kind !== 'failure') process.exit(9);
        })\`;
        for (let round = 0; round < 10; round++) {
          const workers = Array.from({ length: 4 }, () => new Worker(script, { eval: true }));
          const codes = await Promise.all(workers.map(worker => new Promise(resolve => worker.once('exit', resolve))));
          if (codes.some(code => code !== 0)) process.exit(8);
        }
        console.log('done');`);
    expect(ending).to.deep.equal({ code: 0, signal: null, output: 'done\n' });
  });

  it('ends worker threads in the middle of their probes', async () => {
    for (let round = 0; round < 8; round++) {
      const script = `
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData.face).then(({ probe }) => {
          for (let i = 0; i < 1_000; i++) probe(workerData.input).catch(() => {});
          parentPort.postMessage('started');
        });`;
      const worker = new Worker(script, { eval: true, workerData: { face, input: quickInput } });
      await new Promise(resolve => worker.once('message', resolve));
      // 0 where this thread was held up until the worker had done all.
      expect(await worker.terminate()).to.be.oneOf([0, 1]);
    }
    expect((await probe(quickInput)).kind).to.equal('media');
  });
});
