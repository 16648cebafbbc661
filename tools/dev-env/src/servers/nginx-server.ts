import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { unprivileged } from '../processes/bound-to-parent.ts';
import { httpNotReady } from '../processes/http-readiness.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { SERVER_LISTENERS } from '../tcp-ports/mesh-ports.ts';
import { claimPort } from '../tcp-ports/port-claim.ts';
import { moveNginxConf } from './nginx-conf.ts';
import { serverBinary } from './server-binary.ts';

interface NginxServerOptions {
  dataDir: string;
  port: number;
  /** The folder that holds `videos/`; the sample videos by default. */
  root?: string;
}

/** The video server of the mesh, never the machine's own nginx. */
export class NginxServer extends SupervisedProcess {
  readonly url: string;

  constructor({ dataDir, port, root = path.join(PROJECT_DIR, 'nginx') }: NginxServerOptions) {
    const url = `http://127.0.0.1:${port}`;
    super({
      name: 'nginx',
      logDir: path.join(dataDir, 'logs'),
      ports: [claimPort(SERVER_LISTENERS.nginx, port)],
      prepare: async () => {
        const runDir = path.join(dataDir, 'nginx');
        const confFile = path.join(runDir, 'nginx.conf');
        const binary = serverBinary('nginx');
        const conf = await readFile(path.join(PROJECT_DIR, 'nginx/nginx.conf'), 'utf8');
        const place = {
          port,
          root,
          runDir,
          mimeTypes: await findMimeTypes(binary),
        };
        await mkdir(runDir, { recursive: true });
        const runAs = unprivileged('dac_read_search');
        if (runAs !== undefined) await chown(runDir, runAs.uid, runAs.gid);
        await writeFile(confFile, moveNginxConf(conf, place));
        const args = ['-c', confFile, '-p', runDir, '-e', 'stderr', '-g', 'daemon off;'];
        return { file: binary, args, env: process.env, ...(runAs && { runAs }) };
      },
      notReady: () => httpNotReady(`${url}/healthz`),
      stopSignal: 'SIGTERM',
    });
    this.url = url;
  }
}

/** The file that belongs to the nginx that setup has unpacked, otherwise that of the machine. */
async function findMimeTypes(binary: string): Promise<string> {
  const unpackedIn = path.resolve(await realpath(binary), '../../..');
  const unpacked = path.join(unpackedIn, 'etc/nginx/mime.types');
  return existsSync(unpacked) ? unpacked : '/etc/nginx/mime.types';
}
