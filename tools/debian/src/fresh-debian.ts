import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { debianSource } from '@vigie/dev-env/setup/debian-source.mjs';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

const run = promisify(execFile);

/** Made, logged and removed here. */
const DEBIAN_DIR = path.join(MACHINE_DIR, 'debian');

/** What README asks for, and nothing else. */
const PACKAGES = ['nodejs', 'npm', 'git', 'g++', 'ca-certificates'];
const CA_CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** How this machine finds hosts, and whom it trusts. */
const NETWORK_FILES = ['/etc/hosts', '/etc/resolv.conf', '/etc/ssl/certs', '/usr/local/share/ca-certificates'];
const CLONE = '/root/vigie';

/** Its own processes and mounts; with its init all of them end. */
const ENTER = `mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
  exec chroot "$0" bash -c "cd ${CLONE} && $1"`;

/** The one that is tested on all of them, whatever is committed meanwhile. */
export async function lastCommit(): Promise<string> {
  return (await run('git', ['rev-parse', 'HEAD'], { cwd: PROJECT_DIR })).stdout.trim();
}

/** Why there can be none on this machine; undefined if there can. */
export function whyNoDebian(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may make one';
  const missing = ['mmdebstrap', 'unshare'].find(program => spawnSync(program, ['--version']).error !== undefined);
  return missing && `there is no ${missing} (apt-get install ${missing})`;
}

/** A Debian as it is after its installation, in a folder, with a clone of this project at one commit. */
export class FreshDebian implements Disposable {
  /** What its commands said. */
  readonly logFile: string;
  readonly #root: string;

  private constructor(root: string, logFile: string) {
    this.#root = root;
    this.logFile = logFile;
  }

  /** @throws Error with what mmdebstrap or git said */
  static async make(suite: string, commit: string): Promise<FreshDebian> {
    const root = path.join(DEBIAN_DIR, suite);
    const logFile = path.join(DEBIAN_DIR, `${suite}.log`);
    for (const old of [root, logFile]) rmSync(old, { recursive: true, force: true });
    mkdirSync(DEBIAN_DIR, { recursive: true });
    const source = path.join(DEBIAN_DIR, `${suite}.sources`);
    writeFileSync(source, debianSource(suite));
    // The release file of a mirrored sid may be past its date.
    const apt = ['Acquire::Check-Valid-Until "false"', `Acquire::https::CaInfo "${CA_CERTIFICATES}"`];
    const options = ['--quiet', '--variant=apt', `--include=${PACKAGES.join(',')}`, ...apt.map(it => `--aptopt=${it}`)];
    // Its mounts end with it, however it ends: nothing of this machine may be below a folder that is removed.
    await run('unshare', ['--mount', 'mmdebstrap', ...options, suite, root, source]);
    for (const file of NETWORK_FILES) copyIfThere(file, path.join(root, file));
    copyIfThere(path.join(homedir(), '.npmrc'), path.join(root, 'root/.npmrc'));
    const clone = path.join(root, CLONE);
    await run('git', ['clone', '--quiet', PROJECT_DIR, clone]);
    await run('git', ['checkout', '--quiet', commit], { cwd: clone });
    return new FreshDebian(root, logFile);
  }

  /** Copies a folder of this machine. @returns where it is there */
  take(folder: string): string {
    const inside = path.join('/root', path.basename(folder));
    cpSync(folder, path.join(this.#root, inside), { recursive: true });
    return inside;
  }

  /** Runs a shell command in the clone; what it says goes to `logFile`. @returns its exit code */
  async run(command: string): Promise<number> {
    const log = openSync(this.logFile, 'a');
    const child = spawn('unshare', this.#enter(command), { stdio: ['ignore', log, log] });
    closeSync(log);
    const [code] = await once(child, 'exit');
    return code ?? 1;
  }

  /** Runs a shell command in the clone. @returns its stdout @throws Error with what it said */
  async read(command: string): Promise<string> {
    const { stdout } = await run('unshare', this.#enter(command), { maxBuffer: 2 ** 26 });
    return stdout;
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #enter(command: string): string[] {
    return ['--mount', '--pid', '--fork', '--kill-child', 'bash', '-c', ENTER, this.#root, command];
  }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, dereference: true });
}
