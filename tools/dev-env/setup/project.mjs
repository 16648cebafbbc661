import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_DIR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** Everything that this machine makes for itself: servers, stamps, logs, data. Git-ignored. */
export const MACHINE_DIR = path.join(PROJECT_DIR, '.vigie');

/** Links to the servers that setup has found fit; the mesh starts these and looks nowhere else. */
export const SERVER_BIN_DIR = path.join(MACHINE_DIR, 'bin');

export const SETUP_DIR = path.join(MACHINE_DIR, 'setup');

export function createMachineDirs() {
  for (const dir of [SERVER_BIN_DIR, SETUP_DIR]) mkdirSync(dir, { recursive: true });
}
