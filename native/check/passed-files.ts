import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NATIVE_DIR, withIncludes } from './cpp-files.ts';

/** Git-ignored. */
const MACHINE_DIR = fileURLToPath(new URL('../../.vigie/', import.meta.url));
const STATE_FILE = path.join(MACHINE_DIR, 'clang-tidy.json');

/**
 * Remembers in which state a source last passed clang-tidy: by the content of it and of all that it includes, so that a
 * fresh clone's times mean nothing.
 */
export class PassedFiles {
  readonly #checkedWith: readonly string[];
  readonly #digests: Map<string, string>;

  /**
   * @param checkedWith the tool's version, its settings and the compiler flags: when they change, nothing has passed
   * yet
   */
  constructor(checkedWith: readonly string[]) {
    this.#checkedWith = checkedWith;
    this.#digests = new Map(existsSync(STATE_FILE) ? Object.entries(JSON.parse(readFileSync(STATE_FILE, 'utf8'))) : []);
  }

  has(file: string): boolean {
    return this.#digests.get(file) === this.#digest(file);
  }

  add(file: string): void {
    this.#digests.set(file, this.#digest(file));
    mkdirSync(MACHINE_DIR, { recursive: true });
    writeFileSync(STATE_FILE, JSON.stringify(Object.fromEntries(this.#digests)));
  }

  #digest(file: string): string {
    const hash = createHash('sha256');
    for (const fact of this.#checkedWith) hash.update(`${fact}\0`);
    for (const name of withIncludes(file)) {
      hash.update(`${name}\0`).update(readFileSync(path.join(NATIVE_DIR, name)));
    }
    return hash.digest('hex');
  }
}
