import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type HostileInput, makeHostileInputs } from '../test/hostile-inputs.ts';

const setupScript = fileURLToPath(new URL('../../tools/dev-env/setup/setup.mjs', import.meta.url));
const probingScript = fileURLToPath(new URL('../test/probe-hostile-inputs.ts', import.meta.url));

/** System calls by which a process could reach a file or a socket. */
const TRACED = 'trace=%file,%network';
/** V8 looks how fast the CPU is when a lock of its own is first waited for, as happens on a busy machine. */
const OF_V8 = 'openat(AT_FDCWD, "/sys/devices/system/cpu/';

interface Trace {
  readonly outcomes: readonly string[];
  /** While the hostile inputs were probed. */
  readonly during: readonly string[];
  /** While the script itself opened what they name. */
  readonly control: readonly string[];
}

async function traceProbes(dir: string, url: string, file: string): Promise<Trace> {
  const traceFile = join(dir, 'trace.txt');
  const args = ['-f', '-qq', '-s', '256', '-e', TRACED, '-e', 'signal=none', '-o', traceFile];
  const { stdout, stderr } = await promisify(execFile)('strace', [...args, process.execPath, probingScript, url, file]);
  expect(stderr).to.equal('');
  const lines = readFileSync(traceFile, 'utf8')
    .split('\n')
    .filter(line => !line.includes(OF_V8));
  const markAt = (name: string) => lines.findIndex(line => line.includes(`/vigie-mark/${name}`));
  const [begin, end, control] = [markAt('begin'), markAt('end'), markAt('control')];
  expect(begin, 'mark of the begin').to.be.greaterThan(0);
  expect(end, 'mark of the end').to.be.greaterThan(begin);
  return { outcomes: JSON.parse(stdout), during: lines.slice(begin + 1, end), control: lines.slice(end + 1, control) };
}

describe('probe on files that name others', () => {
  let dir: string;
  let trapServer: Server;
  let connections = 0;
  let inputs: readonly HostileInput[];
  let trace: Trace;

  before(async () => {
    // May have to install strace.
    const setup = spawnSync(process.execPath, [setupScript, 'test-tools'], { encoding: 'utf8' });
    if (setup.status !== 0) throw new Error(`strace cannot be had: ${setup.stdout}${setup.stderr}`);

    trapServer = createServer(socket => socket.end());
    trapServer.on('connection', () => connections++);
    await new Promise<void>(resolve => trapServer.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(trapServer.address() as AddressInfo).port}/clip.ts`;
    dir = mkdtempSync(join(tmpdir(), 'vigie-trap-'));
    const file = join(dir, 'clip.ts');
    writeFileSync(file, 'bait');
    inputs = makeHostileInputs({ url, file });
    trace = await traceProbes(dir, url, file);
  });

  after(() => {
    trapServer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('opens no file and no socket', () => {
    expect(trace.during).to.deep.equal([]);
    expect(connections, 'but for the one of the control').to.equal(1);
  });

  it('would be seen to: the trace shows the file and the address when the script opens them', () => {
    expect(trace.control.join('\n'))
      .to.match(/openat\([^\n]*clip\.ts/)
      .and.to.match(/connect\([^\n]*127\.0\.0\.1/);
  });

  it('takes no text for a video, however it is dressed', () => {
    const accepted = inputs.flatMap(({ name, isText }, i) => {
      const refused = trace.outcomes[i] === 'NOT_A_VIDEO' || trace.outcomes[i] === 'UNSUPPORTED_FORMAT';
      return isText && !refused ? [`${name}: ${trace.outcomes[i]}`] : [];
    });
    expect(accepted).to.deep.equal([]);
    expect(trace.outcomes).to.have.length(inputs.length);
  });

  it('reads a container for what it is and leaves the references', () => {
    const outcomes = Object.fromEntries(inputs.map(({ name }, i) => [name, trace.outcomes[i]]));
    expect(outcomes['mp4 with media at a URL']).to.equal('media');
    expect(outcomes['mov with media in an alias']).to.equal('media');
    expect(outcomes['mov that refers to a movie']).to.equal('NO_VIDEO_STREAM');
    expect(outcomes['matroska of linked segments and attachments']).to.equal('media');
    expect(outcomes['avi with a playlist for subtitles']).to.equal('media');
  });
});
