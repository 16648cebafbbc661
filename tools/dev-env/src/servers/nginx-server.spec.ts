import { mkdir, writeFile } from 'node:fs/promises';
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
