import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { ebmlElement } from '../test/ebml-elements.ts';
import { probe } from './probe.ts';

const urlOf = (path: string) => new URL(path, import.meta.url).href;

// Each probe makes libav log a number that no other of its time makes it log.
const PROBES_A_THREAD = 1_000;
const script = `
  import { Worker, isMainThread, parentPort } from 'node:worker_threads';
  import { probe } from '${urlOf('./index.ts')}';
  import { mp4File, mp4Track } from '${urlOf('../test/mp4-boxes.ts')}';

  const bytes = mp4File(...Array.from({ length: 150 }, () => mp4Track({ samples: 5 })));
  const input = { ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length };
  async function countMixed() {
    let mixed = 0;
    let started = 0;
    const one = async () => {
      while (started < ${PROBES_A_THREAD}) {
        const maxStreams = 1 + (started++ % 148);
        const { diagnostics = [] } = await probe(input, { maxStreams, timeoutMs: 60_000 });
        const mine = diagnostics.filter(line => line.includes('parameter (' + (maxStreams + 1) + ')')).length;
        const others = diagnostics.filter(line => /parameter \\(/.test(line)).length - mine;
        if (mine !== 1 || others !== 0) mixed++;
      }
    };
    await Promise.all(Array.from({ length: 64 }, one));
    return mixed;
  }
  export { countMixed };`;

const runner = `
  import { Worker } from 'node:worker_threads';
  const source = ${JSON.stringify(script)};
  const module = 'data:text/javascript,' + encodeURIComponent(source);
  const inWorker = "import('node:worker_threads').then(async ({ parentPort }) => parentPort.postMessage(await (await import(" + JSON.stringify(module) + ")).countMixed()))";
  const { countMixed } = await import(module);
  const counts = await Promise.all([
    countMixed(),
    ...Array.from({ length: 3 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(inWorker, { eval: true });
      worker.once('message', resolve);
      worker.once('error', reject);
    })),
  ]);
  process.exitCode = counts.reduce((sum, count) => sum + count, 0) === 0 ? 0 : 3;`;

describe('the log of libav', () => {
  it('reaches the probe that it is about and no other, in several threads at once, and neither stdout nor stderr', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', runner], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: '', stderr: '' });
  });

  it('carries no control characters of the file to whoever prints it', async () => {
    const header = ebmlElement(0x1a45dfa3, ebmlElement(0x4282, '\x1b[2J\nowned'));
    const bytes = Buffer.concat([header, ebmlElement(0x18538067), Buffer.alloc(100)]);
    const answer = await probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
    const lines = answer.kind === 'need' ? [] : answer.diagnostics;
    expect(lines.join('')).to.include('?[2J?owned');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(lines.join('')).to.not.match(/[\x00-\x1f\x7f]/);
  });
});
