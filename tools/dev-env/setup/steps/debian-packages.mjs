import { spawnSync } from 'node:child_process';
import { findCommand } from '../find-command.mjs';
import { installDebianPackages } from '../install-debian-packages.mjs';

const TOOLS = { cmake: 'cmake', make: 'make', 'pkg-config': 'pkg-config', curl: 'curl' };
const LIBRARIES = {
  libavformat: 'libavformat-dev',
  libavcodec: 'libavcodec-dev',
  libavutil: 'libavutil-dev',
  libswscale: 'libswscale-dev',
};

/**
 * What the addon is built with, and curl for the examples and their tests. Asked by what they give, not by package
 * name, so that a libav built by hand and found by PKG_CONFIG_PATH counts too.
 */
export const debianPackages = {
  name: 'apt',
  doing: 'installing the libav development packages and build tools',
  isDone: () => missingPackages().length === 0,
  run: () => installDebianPackages(missingPackages()),
};

function missingPackages() {
  const tools = Object.entries(TOOLS).filter(([command]) => findCommand(command) === undefined);
  const libraries = Object.entries(LIBRARIES);
  const absent = librariesFound(Object.keys(LIBRARIES)) ? [] : libraries.filter(([name]) => !librariesFound([name]));
  return [...tools, ...absent].map(([, debianPackage]) => debianPackage);
}

/** @param {string[]} names */
function librariesFound(names) {
  return spawnSync('pkg-config', ['--exists', ...names]).status === 0;
}
