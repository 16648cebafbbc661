import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ContentStamp } from '../content-stamp.mjs';
import { PROJECT_DIR } from '../project.mjs';
import { runLogged } from '../run-logged.mjs';

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
    stamp.write(manifests());
  },
};

function isInstalled() {
  return ['.package-lock.json', '.bin/node'].every(file => existsSync(path.join(PROJECT_DIR, 'node_modules', file)));
}

function manifests() {
  const root = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'package.json'), 'utf8'));
  return [
    'package-lock.json',
    '.npmrc',
    ...root.workspaces.flatMap(foldersOf).map(folder => path.join(folder, 'package.json')),
  ];
}

/** The folders of a workspace pattern: one folder, or all in one (`lib/*`). */
function foldersOf(pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(path.join(PROJECT_DIR, parent)).map(folder => path.join(parent, folder));
}
