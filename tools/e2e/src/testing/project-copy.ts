import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { temporaryDir } from '@vigie/dev-env/testing';

const NOT_COPIED = new Set(['.git', '.vigie', 'node_modules']);

/** The project in a temporary folder, with the npm packages and servers of this one: a place to try a change. */
export class ProjectCopy implements AsyncDisposable {
  readonly #dir: AsyncDisposable & { path: string };

  static async make(): Promise<ProjectCopy> {
    const dir = await temporaryDir();
    const isCopied = (file: string) => {
      const name = path.basename(file);
      return !NOT_COPIED.has(name) && !name.startsWith('build');
    };
    await cp(PROJECT_DIR, dir.path, { recursive: true, filter: isCopied });
    await linkMachineDir(path.join(dir.path, '.vigie'));
    await linkPackages(path.join(PROJECT_DIR, 'node_modules'), path.join(dir.path, 'node_modules'));
    return new ProjectCopy(dir);
  }

  private constructor(dir: AsyncDisposable & { path: string }) {
    this.#dir = dir;
  }

  /** @param files their text by their path */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#dir.path, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.#dir.path, file), 'utf8');
  }

  /** Runs a file of the copy. @returns what it says and how it ends */
  async run(file: string, ...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    try {
      const options = { cwd: this.#dir.path, timeout: 60_000 };
      return { exitCode: 0, ...(await promisify(execFile)(process.execPath, [file, ...args], options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, stdout, stderr };
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#dir[Symbol.asyncDispose]();
  }
}

/** All but the bundles, which are made from the copy. */
async function linkMachineDir(to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(MACHINE_DIR)) {
    if (name !== 'bundles') await symlink(path.join(MACHINE_DIR, name), path.join(to, name));
  }
}

/** The project's own packages, links to its workspaces, lead into the copy; all others to where they are. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === '@vigie')
      await cp(path.join(from, name), path.join(to, name), { recursive: true, verbatimSymlinks: true });
    else await symlink(path.join(from, name), path.join(to, name));
  }
}
