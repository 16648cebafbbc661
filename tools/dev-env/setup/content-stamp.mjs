import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR, SETUP_DIR } from './project.mjs';

/**
 * Remembers from which inputs a step last made its outputs. Contents count, not times: a fresh clone or a
 * changed branch gives new times to the same files.
 */
export class ContentStamp {
  #file;

  /** @param {string} name of the step */
  constructor(name) {
    this.#file = path.join(SETUP_DIR, `${name}.stamp`);
  }

  /**
   * @param {string[]} inputs files, relative to the project
   * @param {string[]} facts anything else the outputs depend on
   */
  matches(inputs, facts = []) {
    return existsSync(this.#file) && readFileSync(this.#file, 'utf8') === digest(inputs, facts);
  }

  /**
   * @param {string[]} inputs
   * @param {string[]} facts
   */
  write(inputs, facts = []) {
    writeFileSync(this.#file, digest(inputs, facts));
  }

  clear() {
    rmSync(this.#file, { force: true });
  }
}

/**
 * @param {string} folder of the project
 * @param {string[]} endings of the names of the files that count
 * @returns {string[]} relative to the project, sorted
 */
export function filesBelow(folder, endings) {
  const absolute = path.join(PROJECT_DIR, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter(name => endings.some(ending => name.endsWith(ending)))
    .filter(name => !name.split(path.sep).includes('node_modules'))
    .map(name => path.join(folder, name))
    .sort();
}

/**
 * @param {string[]} inputs
 * @param {string[]} facts
 */
function digest(inputs, facts) {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const input of inputs) {
    const file = path.join(PROJECT_DIR, input);
    hash
      .update(`${input}\0`)
      .update(existsSync(file) ? readFileSync(file) : 'absent')
      .update('\0');
  }
  return hash.digest('hex');
}
