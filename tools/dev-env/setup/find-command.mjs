import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

// Where Debian keeps servers, missing from the PATH of a plain user.
const SERVER_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * @param {string} name
 * @returns {string | undefined} the absolute path of a command, found without starting a process
 */
export function findCommand(name) {
  const dirs = [...(process.env.PATH ?? '').split(path.delimiter), ...SERVER_DIRS];
  return dirs
    .filter(Boolean)
    .map(dir => path.join(dir, name))
    .find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
