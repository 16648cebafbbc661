import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const NATIVE_DIR = fileURLToPath(new URL('../', import.meta.url));

const FOLDERS = ['src', 'fuzz', 'test'];
/** Where an `#include "..."` is looked up, after the folder of the file itself. */
const INCLUDE_FOLDERS = ['src', 'fuzz'];

/** Every source and header of native, relative to it. */
export function cppFiles(): string[] {
  return FOLDERS.flatMap(folder =>
    readdirSync(path.join(NATIVE_DIR, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(?:cc|h)$/.test(name))
      .map(name => path.join(folder, name)),
  ).sort();
}

/** The file and all files of native that it includes, directly or not. */
export function withIncludes(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(path.join(NATIVE_DIR, file), 'utf8');
  for (const [, name = ''] of text.matchAll(/^#include "([^"]+)"/gm)) {
    const candidates = [path.dirname(file), ...INCLUDE_FOLDERS].map(folder => path.join(folder, name));
    const included = candidates.find(candidate => existsSync(path.join(NATIVE_DIR, candidate)));
    if (included !== undefined) withIncludes(included, found);
  }
  return found;
}
