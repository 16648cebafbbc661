import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { type ProcessExit, SupervisedProcess } from '../processes/supervised-process.ts';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { waitFor } from '../testing/wait-for.ts';
import { restartCrashed } from './crash-restarts.ts';

const BACKOFF = { baseMs: 20, maxMs: 200 };
/** Ends at once with exit code 3 while there is a file `broken`. */
const PROGRAM = `
  if (require('node:fs').existsSync('broken')) process.exit(3);
  console.log('ready', process.pid);
  setInterval(() => {}, 1000);
`;

describe('restartCrashed', () => {
  const teardown = new AsyncDisposableStack();
  let end: AbortController;
  let dir: string;
  let supervised: SupervisedProcess;
  let said: string[];

  before(async () => {
    dir = teardown.use(await temporaryDir()).path;
  });
  beforeEach(async () => {
    end = new AbortController();
    said = [];
    supervised = new SupervisedProcess({
      name: 'store-svc',
      logDir: path.join(dir, 'logs'),
      ports: [],
      prepare: async () => ({ file: process.execPath, args: ['-e', PROGRAM], cwd: dir, env: process.env }),
      notReady: async () => (isReady() ? undefined : 'it is silent'),
      stopSignal: 'SIGTERM',
    });
    await supervised.start();
  });
  afterEach(async () => {
    end.abort();
    await supervised.stop();
  });
  after(() => teardown.disposeAsync());

  function watch(steadyMs: number): void {
    restartCrashed(
      {
        onUnexpectedExit(listener) {
          supervised.onUnexpectedExit = (exit: ProcessExit) => listener(supervised, exit);
        },
      },
      { signal: end.signal, say: line => said.push(line), backoff: BACKOFF, steadyMs },
    );
  }

  async function crash(): Promise<void> {
    const { pid } = supervised;
    process.kill(pid as number, 'SIGKILL');
    await waitFor('another process', () => (supervised.pid !== pid && isReady() ? true : undefined));
  }

  // An earlier process said so too.
  const isReady = () => supervised.pid !== undefined && supervised.log.lastLines(1)[0] === `ready ${supervised.pid}`;

  const pauses = () =>
    said.flatMap(
      line => /starting it again(?: in ([\d.]+) s)?\.$/.exec(line)?.[1] ?? (/again\.$/.test(line) ? '0' : []),
    );

  it('starts a process again at once, and with growing pauses once it crashes over and over', async () => {
    watch(60_000);
    for (let crashes = 1; crashes <= 6; crashes++) await crash();
    const seconds = pauses().map(Number);
    expect(seconds).to.have.lengthOf(6);
    expect(seconds[0]).to.equal(0);
    // It may be killed before its start has been seen to succeed.
    const second =
      /^store-svc (was killed by SIGKILL|could not be started), 2 times by now: starting it again in 0.0 s\.$/m;
    expect(said.join('\n')).to.match(second);
    expect(seconds.at(-1)).to.be.within(0.1, 0.3);
  });

  it('begins with no pause again after the process was well for a while', async () => {
    watch(0);
    for (let crashes = 1; crashes <= 3; crashes++) await crash();
    // One that is killed before its start is over has not been well.
    const killed = said.filter(line => line.includes('SIGKILL'));
    expect(killed).to.include('store-svc was killed by SIGKILL: starting it again.');
    expect(new Set(killed)).to.have.property('size', 1);
  });

  it('goes on when a process can not be started, and says why', async () => {
    watch(60_000);
    const broken = path.join(dir, 'broken');
    await writeFile(broken, '');
    process.kill(supervised.pid as number, 'SIGKILL');
    await waitFor('four tries', () => (pauses().length >= 4 ? true : undefined));
    await rm(broken);
    await waitFor('a process', () => (isReady() ? true : undefined));
    expect(said.join('\n')).to.match(/store-svc ended before it was ready.*store-svc could not be started, 3 times/s);
  });
});
