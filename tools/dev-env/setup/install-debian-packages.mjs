import { findCommand } from './find-command.mjs';
import { runLogged } from './run-logged.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {{ command: string, args: string[] }} Command */

/**
 * Installs Debian packages on the machine, as root or by sudo.
 * @param {string[]} packages
 * @throws SetupError with the command to run by hand
 */
export async function installDebianPackages(packages) {
  const apt = aptGet(packages);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  try {
    await runApt(apt, install, packages);
  } catch {
    // The lists of a fresh image are empty, or name versions that the mirror no longer has.
    await runApt(apt, ['update'], packages);
    await runApt(apt, install, packages);
  }
}

/**
 * @param {string[]} packages
 * @returns {Command}
 */
function aptGet(packages) {
  const wanted = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (findCommand('apt-get') === undefined) {
    throw new SetupError(
      `Vigie needs ${packages.join(', ')} (names of Debian), and there is no apt-get here to bring them.`,
    );
  }
  if (process.getuid?.() === 0) return { command: 'apt-get', args: [] };
  if (findCommand('sudo') === undefined) {
    throw new SetupError(`Vigie needs Debian packages, and only root may install them. As root, run:\n  ${wanted}`);
  }
  // With nobody at the terminal sudo must fail, not ask.
  const quiet = process.stdin.isTTY ? [] : ['-n'];
  return { command: 'sudo', args: [...quiet, 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] };
}

/**
 * @param {Command} apt
 * @param {string[]} args
 * @param {string[]} packages
 */
function runApt(apt, args, packages) {
  return runLogged(`apt-${args[0]}`, apt.command, [...apt.args, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    wayOut: `Mend it by hand as root:\n  apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  });
}
