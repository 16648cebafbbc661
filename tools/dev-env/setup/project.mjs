import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_DIR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** Where setup's own files are. Debian 12's Node 18 has no `import.meta.dirname`. */
export const SETUP_SOURCE_DIR = path.join(PROJECT_DIR, 'tools/dev-env/setup');

/** The Node that comes with the npm packages. */
export const PROJECT_NODE = path.join(PROJECT_DIR, 'node_modules/.bin/node');

/** Everything that this machine makes for itself: servers, stamps, logs, data. Git-ignored. */
export const MACHINE_DIR = path.join(PROJECT_DIR, '.vigie');

/** Links to the servers that setup has found fit; the mesh starts these and looks nowhere else. */
export const SERVER_BIN_DIR = path.join(MACHINE_DIR, 'bin');

export const SETUP_DIR = path.join(MACHINE_DIR, 'setup');

export function createMachineDirs() {
  for (const dir of [SERVER_BIN_DIR, SETUP_DIR]) mkdirSync(dir, { recursive: true });
}
