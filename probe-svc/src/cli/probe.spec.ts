import { spawn } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { temporaryDir } from '@vigie/dev-env/testing';
import { type ScratchNginx, startScratchNginx } from '@vigie/media-source/testing';
import { expect } from 'chai';
import type { ProbeResult } from './probe-result.ts';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const videos = path.join(project, 'nginx/videos');
const faststart = path.join(videos, 'mp4-faststart.mp4');

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run probe', () => {
  const stack = new AsyncDisposableStack();
  let dir: string;
  let nginx: ScratchNginx;

  before(async () => {
    dir = stack.use(await temporaryDir()).path;
    nginx = stack.use(await startScratchNginx());
  });
  after(() => stack.disposeAsync());

  /** As npm runs it, called from `dir`. */
  const probe = (...args: string[]) => run(process.execPath, [main, ...args]);
  const probeJson = async (...args: string[]): Promise<ProbeResult[]> =>
    (await probe('--json', ...args)).stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line));

  async function run(command: string, args: string[]): Promise<Run> {
    const env = { ...process.env, npm_lifecycle_event: 'probe', INIT_CWD: dir };
    const child = spawn(command, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { status, stdout, stderr };
  }

  it('writes nothing but results, by npm itself too, for names that begin where npm was called', async () => {
    await copyFile(faststart, path.join(dir, 'a b.mp4'));
    const call = ['--prefix', project, 'run', '-s', 'probe', '--', '--json', 'a b.mp4'];
    const child = spawn('npm', call, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
    const [result, ...more] = (await text(child.stdout)).split('\n');
    expect(more).to.deep.equal(['']);
    expect(JSON.parse(result ?? '')).to.include({ source: 'a b.mp4', status: 'PROCESSED', container: 'mp4' });
  });

  it('shows every field of a video in JSON', async () => {
    const { status, stdout } = await probe('--json', path.join(videos, 'mov-portrait-rotated.mov'));
    expect(status).to.equal(0);
    const { source, elapsedMs, ...result } = JSON.parse(stdout);
    expect(source).to.contain('mov-portrait-rotated.mov');
    expect(elapsedMs).to.a('number');
    expect(result).to.deep.equal({
      status: 'PROCESSED',
      container: 'mov',
      video: {
        codec: 'h264',
        profile: 'High',
        width: 640,
        height: 480,
        displayWidth: 480,
        displayHeight: 640,
        rotation: -90,
        frameRate: 30,
        pixelFormat: 'yuv420p',
      },
      audio: { codec: 'aac', sampleRate: 44_100, channels: 1 },
      durationSeconds: 2,
      durationSource: 'header',
      videoStreams: 1,
      truncated: false,
      moovAtEnd: true,
      fragmented: false,
      bytesRead: result.bytesRead,
      requests: 2,
      failure: null,
    });
  });

  it('reads files and URLs alike, and prints them in the order of the call', async () => {
    await nginx.put('/videos/a.mp4', await readFile(faststart));
    const url = `${nginx.url}/videos/a.mp4?from=spec`;
    const sources = [path.join(videos, 'mpeg-ts.ts'), url, path.join(videos, 'avi-mjpeg.avi'), faststart];
    const results = await probeJson(...sources);
    expect(results.map(({ source }) => source)).to.deep.equal(sources);
    const [, remote, , local] = results.map(({ source: _, elapsedMs: __, ...rest }) => rest);
    expect(remote).to.deep.equal(local);
  });

  it('reads whatever the name holds', async () => {
    const names = ['-x.mp4', ' two  spaces .mp4', 'Tür "监控" 🎥.mp4', "it's $HOME;`id`&.mp4", 'a\nb.mp4', '%41?#.mp4'];
    for (const name of names) await copyFile(faststart, path.join(dir, name));
    expect((await probeJson(...names)).map(({ source, status }) => [source, status])).to.deep.equal(
      names.map(name => [name, 'PROCESSED']),
    );
    await nginx.put('/videos/Tür 监控.mp4', await readFile(faststart));
    expect((await probeJson(`${nginx.url}/videos/Tür 监控.mp4`))[0]).to.have.property('status', 'PROCESSED');
    const escaped = `${nginx.url}/videos/${encodeURIComponent('Tür 监控')}.mp4`;
    expect((await probeJson(escaped))[0]).to.have.property('status', 'PROCESSED');
  });

  it('says why a source is not a video, with null for every fact about it, and exits with 1', async () => {
    await writeFile(path.join(dir, 'page.mp4'), '<!DOCTYPE html>');
    const refused = 'http://127.0.0.1:1/a.mp4';
    const sources = [
      'missing.mp4',
      '.',
      `${nginx.url}/videos/missing.mp4`,
      refused,
      'http://:/',
      'page.mp4',
      faststart,
    ];
    const { status, stdout } = await probe('--json', ...sources);
    expect(status).to.equal(1);
    const results: ProbeResult[] = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(results.map(({ failure }) => failure?.code)).to.deep.equal([
      'VIDEO_NOT_FOUND',
      'VIDEO_NOT_FOUND',
      'VIDEO_NOT_FOUND',
      'VIDEO_UNREACHABLE',
      'VIDEO_NOT_FOUND',
      'NOT_A_VIDEO',
      undefined,
    ]);
    expect(results[0]).to.deep.include({
      status: 'FAILED',
      container: null,
      video: null,
      audio: null,
      truncated: null,
    });
  });

  it('explains a wrong call on stderr and exits with 2', async () => {
    for (const args of [[], ['--json'], ['--frames', 'a.mp4']]) {
      const { status, stdout, stderr } = await probe(...args);
      expect([status, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.contain('usage: npm run -s probe');
    }
  });

  it('prints one readable line a source', async () => {
    const { status, stdout } = await probe(faststart, 'missing.mp4');
    expect(status).to.equal(1);
    const [first, second, ...more] = stdout.split('\n');
    expect(first).to.match(
      /mp4-faststart\.mp4: mp4, h264 High 1280x720 25 fps yuv420p, aac 44100 Hz 1 ch, 2 s \(32 KiB/,
    );
    expect(second).to.match(/^missing\.mp4: FAILED VIDEO_NOT_FOUND: there is no such file/);
    expect(more).to.deep.equal(['']);
  });
});
