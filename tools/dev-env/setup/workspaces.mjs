import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The folders of the npm workspaces, relative to the project, in the order in which package.json names them.
 * @param {string} projectDir
 * @returns {string[]}
 */
export function listWorkspaces(projectDir) {
  /** @type {{ workspaces: string[] }} */
  const { workspaces } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
  return workspaces.flatMap(pattern => expand(projectDir, pattern));
}

/**
 * A folder, or a pattern with a star in its last part (`lib/*`, `*-svc`): Node 18 has no glob of its own.
 * @param {string} projectDir
 * @param {string} pattern
 */
function expand(projectDir, pattern) {
  const { dir, base } = path.posix.parse(pattern);
  if (!base.includes('*')) return [pattern];
  const [start = '', end = ''] = base.split('*');
  return readdirSync(path.join(projectDir, dir), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name.startsWith(start) && entry.name.endsWith(end))
    .map(({ name }) => path.posix.join(dir, name))
    .sort();
}
