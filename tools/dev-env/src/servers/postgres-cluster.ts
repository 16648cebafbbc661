import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MACHINE_DIR } from '../../setup/project.mjs';
import { DevEnvError } from '../dev-env-error.ts';
import { boundToParent, type Command, unprivileged } from '../processes/bound-to-parent.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

export const POSTGRES_USER = 'vigie';
export const POSTGRES_PASSWORD = 'vigie';
export const POSTGRES_DATABASE = 'vigie';

/** Postgres refuses to run as root. */
const RUN_AS = unprivileged('dac_override');

/** The files of a Postgres server, created once and kept. */
export class PostgresCluster {
  readonly dir: string;
  readonly #binaries: PostgresBinaries;

  constructor(dir: string, binaries: PostgresBinaries) {
    this.dir = dir;
    this.#binaries = binaries;
  }

  /**
   * Creates the cluster with its database if it does not exist. One that is incomplete, after an interrupted start, is
   * created again.
   * It is a copy of one that is made once a machine: initdb takes a second of processor time, and specs make dozens.
   */
  async create(): Promise<void> {
    if (existsSync(this.dir)) return;
    const template = await this.#template();
    const making = `${this.dir}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(path.dirname(making), { recursive: true });
    const copy = ['--archive', '--reflink=auto', template, making];
    await run({ file: 'cp', args: copy, env: { PATH: process.env.PATH } });
    await run(this.#command(this.#binaries.initdb, ['--sync-only', '--pgdata', making]));
    await rename(making, this.dir);
  }

  /** @returns the folder of a cluster that these binaries have made and nothing has ever run on */
  async #template(): Promise<string> {
    const template = path.join(MACHINE_DIR, `postgres-template-${await fingerprint(Object.values(this.#binaries))}`);
    if (existsSync(template)) return template;
    await mkdir(MACHINE_DIR, { recursive: true });
    const making = await mkdtemp(`${template}.making-`);
    const passwordFile = `${making}.password`;
    await writeFile(passwordFile, POSTGRES_PASSWORD, { mode: 0o600 });
    try {
      if (RUN_AS !== undefined) await chown(making, RUN_AS.uid, RUN_AS.gid);
      const access = ['--username', POSTGRES_USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
      const locale = ['--encoding', 'UTF8', '--locale', 'C'];
      await run(this.#command(this.#binaries.initdb, ['--pgdata', making, ...access, ...locale]));
      const single = this.#command(this.#binaries.postgres, ['--single', '-D', making, 'postgres']);
      await run(single, `CREATE DATABASE ${POSTGRES_DATABASE}\n`);
      // Where another process was faster, its folder is in the way and as good.
      await rename(making, template).catch(error => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
      return template;
    } finally {
      await rm(making, { recursive: true, force: true });
      await rm(passwordFile, { force: true });
    }
  }

  /**
   * Removes the lock file that a killed server leaves behind. Postgres itself refuses to start if the pid in it now
   * belongs to another process.
   * @throws DevEnvError if that server is still running
   */
  async removeStaleLock(): Promise<void> {
    const lockFile = path.join(this.dir, 'postmaster.pid');
    if (!existsSync(lockFile)) return;
    const pid = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
    if (await isPostgres(pid)) {
      throw new DevEnvError(
        `Another Postgres (pid ${pid}) already runs on ${this.dir}. If it is that of a mesh that was just killed, it ends ` +
          'by itself: try again in a moment. Otherwise choose another folder with VIGIE_DATA_DIR.',
      );
    }
    await rm(lockFile);
  }

  serverCommand(port: number): Command {
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return this.#command(this.#binaries.postgres, ['-D', this.dir, ...flags]);
  }

  #command(file: string, args: readonly string[]): Command {
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    return { file, args, env, cwd: '/', ...(RUN_AS && { runAs: RUN_AS }) };
  }
}

/** Of files, by their paths, sizes and times: another Postgres makes another cluster. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

async function isPostgres(pid: number): Promise<boolean> {
  try {
    return path.basename(await readlink(`/proc/${pid}/exe`)).startsWith('postgres');
  } catch {
    return false;
  }
}

async function run(command: Command, input = ''): Promise<void> {
  const { file, args, env, cwd } = boundToParent(command, 'SIGKILL');
  await new Promise<void>((resolve, reject) => {
    const child = execFile(file, args, { env, cwd }, (error, stdout, stderr) => {
      // A single-user Postgres ends with code 0 also when a statement failed.
      const failed = error !== null || /^.*(?:ERROR|FATAL):/m.test(stderr);
      if (failed) reject(new DevEnvError(`Postgres could not make its files:\n${stdout}${stderr}`));
      else resolve();
    });
    // One that ends before it has read says why by itself.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
