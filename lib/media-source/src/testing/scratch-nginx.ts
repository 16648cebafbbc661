import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NginxServer } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { temporaryDir } from '@vigie/dev-env/testing';

export interface ScratchNginx extends AsyncDisposable {
  readonly url: string;
  /** Replaces the file as a whole, never in parts, as if that had been an hour ago. */
  put(video: string, bytes: Uint8Array): Promise<void>;
}

/** A real nginx as the mesh runs it, with a folder of videos that is empty at first. */
export async function startScratchNginx(): Promise<ScratchNginx> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await temporaryDir());
  const root = path.join(dir.path, 'root');
  await mkdir(path.join(root, 'videos'), { recursive: true });
  const [port] = (await pickFreePorts(1)) as [number];
  const server = new NginxServer({ dataDir: dir.path, port, root });
  stack.defer(() => server.stop());
  await server.start();
  const owned = stack.move();
  const anHourAgo = Math.floor(Date.now() / 1_000) - 3_600;
  let files = 0;
  return {
    url: server.url,
    async put(video, bytes) {
      const file = path.join(root, video);
      const upload = path.join(dir.path, `upload-${files++}`);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(upload, bytes);
      // nginx distinguishes two files of one size only by the second in which they were written.
      await utimes(upload, anHourAgo + files, anHourAgo + files);
      await rename(upload, file);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
