import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { NginxServer } from './nginx-server.ts';

describe('NginxServer', () => {
  it('serves byte ranges of videos, and nothing else', async () => {
    await using dir = await temporaryDir();
    const nginx = await nginxWithVideo(dir.path);
    try {
      await nginx.start();
      const part = await fetch(`${nginx.url}/videos/a.mp4`, { headers: { range: 'bytes=2-4' } });
      expect(part.status).to.equal(206);
      expect(part.headers.get('content-range')).to.equal('bytes 2-4/10');
      expect(await part.text()).to.equal('234');
      expect((await fetch(`${nginx.url}/nginx/nginx.conf`)).status).to.equal(404);
    } finally {
      await nginx.stop();
    }
  });

  it('serves regular files of its root only: no links, no dotfiles, no folders, no pipes', async () => {
    await using dir = await temporaryDir();
    const nginx = await nginxWithVideo(dir.path);
    const at = (name: string) => path.join(dir.path, 'root', name);
    await mkdir(at('videos/.git'), { recursive: true });
    await mkdir(at('videos/folder.mp4'));
    for (const secret of ['videos/.git/a.mp4', 'videos/.a.mp4', 'videos/folder.mp4/a.txt', 'outside.mp4']) {
      await writeFile(at(secret), 'secret');
    }
    await symlink('/etc/passwd', at('videos/file.mp4'));
    await symlink('a.mp4', at('videos/inside.mp4'));
    await symlink('/etc', at('videos/etc'));
    await symlink('../..', at('videos/up'));
    execFileSync('mkfifo', [at('videos/pipe.mp4')]);
    try {
      await nginx.start();
      const statuses: Record<string, number> = {};
      for (const name of [
        ...['file.mp4', 'inside.mp4', 'etc/passwd', 'up/root/outside.mp4'],
        ...['.git/a.mp4', '.a.mp4', '%2egit/a.mp4', 'folder.mp4/', 'pipe.mp4', '', '..%2foutside.mp4'],
      ]) {
        const response = await fetch(`${nginx.url}/videos/${name}`, { signal: AbortSignal.timeout(10_000) });
        statuses[name] = response.status;
        expect(await response.text(), name).not.to.match(/secret|root:/);
      }
      expect(statuses).to.deep.equal({
        ...{ 'file.mp4': 403, 'inside.mp4': 403, 'etc/passwd': 404, 'up/root/outside.mp4': 404 },
        ...{ '.git/a.mp4': 404, '.a.mp4': 404, '%2egit/a.mp4': 404, 'folder.mp4/': 403, 'pipe.mp4': 404, '': 403 },
        '..%2foutside.mp4': 404,
      });
      expect((await fetch(`${nginx.url}/videos/a.mp4`)).status).to.equal(200);
    } finally {
      await nginx.stop();
    }
  });

  it('runs no process as root', async () => {
    await using dir = await temporaryDir();
    const nginx = await nginxWithVideo(dir.path);
    try {
      await nginx.start();
      const workers = await readFile(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8');
      for (const pid of [nginx.pid, ...workers.trim().split(' ')]) {
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        expect(status).not.to.match(/^Uid:\s+(0\s|\d+\s+0\s)/m);
        // CAP_DAC_READ_SEARCH, or none.
        expect(status).to.match(/^CapEff:\s+000000000000000[04]$/m);
      }
    } finally {
      await nginx.stop();
    }
  });

  it('starts again on its port after a kill -9', async () => {
    await using dir = await temporaryDir();
    const nginx = await nginxWithVideo(dir.path);
    try {
      await nginx.start();
      nginx.kill('SIGKILL');
      await nginx.waitUntilExited();
      await nginx.start();
      expect((await fetch(`${nginx.url}/videos/a.mp4`)).status).to.equal(200);
    } finally {
      await nginx.stop();
    }
  });
});

async function nginxWithVideo(dir: string): Promise<NginxServer> {
  const [port] = await pickFreePorts(1);
  await mkdir(path.join(dir, 'root/videos'), { recursive: true });
  await writeFile(path.join(dir, 'root/videos/a.mp4'), '0123456789');
  return new NginxServer({ dataDir: dir, port: port as number, root: path.join(dir, 'root') });
}
