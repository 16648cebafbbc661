import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { SERVER_BIN_DIR } from './project.mjs';

/**
 * @param {string} name
 * @returns {string} where the mesh finds a server that setup has chosen
 */
export function serverLink(name) {
  return path.join(SERVER_BIN_DIR, name);
}

/** @param {string} name */
export function isLinked(name) {
  return existsSync(serverLink(name));
}

/**
 * Replaces the link in one step: a mesh may be starting.
 * @param {string} name
 * @param {string} executable
 */
export function linkServer(name, executable) {
  const next = `${serverLink(name)}.${process.pid}`;
  rmSync(next, { force: true });
  symlinkSync(executable, next);
  renameSync(next, serverLink(name));
}
