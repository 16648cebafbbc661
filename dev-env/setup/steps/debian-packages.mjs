import { spawnSync } from 'node:child_process';
import { findCommand } from '../find-command.mjs';
import { runLogged } from '../run-logged.mjs';
import { SetupError } from '../setup-error.mjs';

const TOOLS = { cmake: 'cmake', make: 'make', 'pkg-config': 'pkg-config', curl: 'curl' };
const LIBRARIES = {
  libavformat: 'libavformat-dev',
  libavcodec: 'libavcodec-dev',
  libavutil: 'libavutil-dev',
  libswscale: 'libswscale-dev',
};

/**
 * What the addon is built with, and curl for the examples and their tests. Asked by what they give, not by package name,
 * so that a libav built by hand and found by PKG_CONFIG_PATH counts too.
 */
export const debianPackages = {
  name: 'apt',
  doing: 'installing the libav development packages and build tools',
  isDone: () => missingPackages().length === 0,
  run: async () => {
    const packages = missingPackages();
    const apt = aptGet(packages);
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    try {
      await runApt(apt, install, packages);
    } catch {
      // The lists of a fresh image are empty, or name versions that the mirror no longer has.
      await runApt(apt, ['update'], packages);
      await runApt(apt, install, packages);
    }
  },
};

function missingPackages() {
  const tools = Object.entries(TOOLS).filter(([command]) => findCommand(command) === undefined);
  const libraries = Object.entries(LIBRARIES);
  const absent = librariesFound(Object.keys(LIBRARIES)) ? [] : libraries.filter(([name]) => !librariesFound([name]));
  return [...tools, ...absent].map(([, debianPackage]) => debianPackage);
}

function librariesFound(names) {
  return spawnSync('pkg-config', ['--exists', ...names]).status === 0;
}

function aptGet(packages) {
  const wanted = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (findCommand('apt-get') === undefined) {
    throw new SetupError(
      `Vigie needs ${packages.join(', ')} (names of Debian), and there is no apt-get here to bring them.`,
    );
  }
  if (process.getuid() === 0) return { command: 'apt-get', args: [] };
  if (findCommand('sudo') === undefined) {
    throw new SetupError(`Vigie needs Debian packages, and only root may install them. As root, run:\n  ${wanted}`);
  }
  // With nobody at the terminal sudo must fail, not ask.
  const quiet = process.stdin.isTTY ? [] : ['-n'];
  return { command: 'sudo', args: [...quiet, 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] };
}

function runApt(apt, args, packages) {
  return runLogged(`apt-${args[0]}`, apt.command, [...apt.args, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    wayOut: `Mend it by hand as root:\n  apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  });
}
