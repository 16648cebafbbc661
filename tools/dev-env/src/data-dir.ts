import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { DevEnvError } from './dev-env-error.ts';

const ANSWER_MS = 1_000;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EEXIST: 'there is a file of that name',
  ENOENT: 'nothing can be made there',
  ENOTDIR: 'there is a file in its path',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
};

/** The folder with the data of a mesh, which no other mesh may use meanwhile: two nats-servers would destroy it. */
export class DataDir implements AsyncDisposable {
  readonly path: string;
  readonly #lock: Server | undefined;

  /** Makes the folder if it isn't there. @throws DevEnvError if it can't be used, or another mesh uses it */
  static async open(dir: string): Promise<DataDir> {
    const folder = path.resolve(dir);
    await makeWritable(folder);
    return new DataDir(folder, await lock(folder));
  }

  /** One that is removed afterwards. */
  static async temporary(): Promise<DataDir> {
    return new DataDir(await mkdtemp(path.join(tmpdir(), 'vigie-')), undefined);
  }

  private constructor(folder: string, lock: Server | undefined) {
    this.path = folder;
    this.#lock = lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#lock !== undefined) this.#lock.close();
    else await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await makeWithParents(folder);
    // Asking for the permissions alone would not do for root in /proc.
    await rm(await mkdtemp(path.join(folder, '.writable-')), { recursive: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? message;
    throw new DevEnvError(
      `The data folder ${folder} can't be used: ${reason} (${code}). Choose another with VIGIE_DATA_DIR.`,
      { cause: error },
    );
  }
}

/** Not by `recursive`: where the kernel refuses a folder with ENOENT, as in /proc, Node tries again for ever. */
async function makeWithParents(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  if (!existsSync(parent)) await makeWithParents(parent);
  await mkdir(folder).catch(async error => {
    if (error.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  });
}

/** By a socket in Linux's abstract namespace, which the kernel removes with its process, however that ends. */
async function lock(folder: string): Promise<Server> {
  const { dev, ino } = await stat(folder);
  const socket = `\0vigie-data-${dev}-${ino}`;
  const server = createServer(connection => connection.on('error', () => undefined).end(String(process.pid)));
  try {
    await once(server.listen(socket), 'listening');
    return server.unref();
  } catch (cause) {
    const pid = await askHolder(socket).catch(() => undefined);
    throw new DevEnvError(
      `A mesh${pid === undefined ? '' : ` (pid ${pid})`} is already running on the data in ${folder}. Use that one, or ` +
        'end it with Ctrl-C in its terminal, or start this one on another folder with VIGIE_DATA_DIR and on other ports ' +
        '(npm start -- --help names their variables).',
      { cause },
    );
  }
}

async function askHolder(socket: string): Promise<string> {
  const connection = connect(socket);
  connection.setTimeout(ANSWER_MS, () => connection.destroy(new Error('no answer')));
  return text(connection);
}
