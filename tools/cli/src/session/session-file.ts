import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** A session of a person with one gateway. */
export interface KeptSession {
  readonly email: string;
  /** Gets the next tokens, once. */
  readonly refreshToken: string;
  readonly accessToken: string;
  /** From when on the access token is of no use, RFC 3339, by the clock of this machine. */
  readonly expiresAt: string;
}

/** Where a person's session with one gateway is kept: a file for its owner alone, in a folder for its owner alone. */
export class SessionFile {
  readonly path: string;

  /** @param url of the gateway; another spelling of it is another gateway */
  constructor(url: string, env: NodeJS.ProcessEnv = process.env) {
    const { origin, pathname } = new URL(url);
    const name = encodeURIComponent(origin + pathname.replace(/\/+$/, ''));
    this.path = path.join(configDir(env), 'vigie', 'sessions', `${name}.json`);
  }

  /** @returns undefined if nobody has logged in. @throws Error if the file is damaged, or can't be read */
  async read(): Promise<KeptSession | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : this.#parse(text);
  }

  /** Whole or not at all, whenever the process or the machine ends. Only who holds the lock may write. */
  async write(session: KeptSession): Promise<void> {
    await this.makeFolder();
    const file = `${this.path}.new`;
    await rm(file, { force: true });
    await writeFile(file, `${JSON.stringify(session)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await rename(file, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async makeFolder(): Promise<void> {
    await mkdir(path.dirname(this.path), { recursive: true, mode: 0o700 });
  }

  #parse(text: string): KeptSession {
    try {
      const session = JSON.parse(text) as KeptSession;
      const { email, refreshToken, accessToken, expiresAt } = session;
      if ([email, refreshToken, accessToken, expiresAt].every(each => typeof each === 'string')) return session;
    } catch {
      // It says the same as one that lacks something.
    }
    throw new Error(`${this.path} is damaged: vigie logout forgets it, vigie login makes another one.`);
  }
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: one that is not absolute is to be ignored. */
function configDir({ XDG_CONFIG_HOME = '' }: NodeJS.ProcessEnv): string {
  return path.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : path.join(homedir(), '.config');
}
