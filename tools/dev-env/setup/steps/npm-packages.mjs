import { existsSync } from 'node:fs';
import path from 'node:path';
import { ContentStamp } from '../content-stamp.mjs';
import { PROJECT_DIR } from '../project.mjs';
import { prunePackages } from '../prune-packages.mjs';
import { runLogged } from '../run-logged.mjs';
import { listWorkspaces } from '../workspaces.mjs';

const stamp = new ContentStamp('npm');

export const npmPackages = {
  name: 'npm',
  doing: 'installing the npm packages',
  isDone: () => isInstalled() && stamp.matches(manifests()),
  run: async () => {
    stamp.clear();
    // Not `npm ci`: it refuses a lockfile that lacks the optional packages of foreign platforms, and deletes the
    // node_modules under a mesh that runs. `--no-save` leaves the lockfile alone.
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--no-progress', '--loglevel=warn'];
    await runLogged('npm', 'npm', args, {
      env: { ...process.env, NODE_ENV: 'development' },
      wayOut: 'Mend what it names (is the registry reachable?) and try again.',
    });
    prunePackages();
    stamp.write(manifests());
  },
};

function isInstalled() {
  return ['.package-lock.json', '.bin/node'].every(file => existsSync(path.join(PROJECT_DIR, 'node_modules', file)));
}

/** @returns {string[]} */
function manifests() {
  const folders = listWorkspaces(PROJECT_DIR);
  return ['package-lock.json', '.npmrc', ...folders.map(folder => path.join(folder, 'package.json'))];
}
