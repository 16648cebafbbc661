import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { findCommand } from '../find-command.mjs';
import { isLinked, linkServer, serverLink } from '../server-link.mjs';
import { SetupError } from '../setup-error.mjs';
import { unpackDebianPackages } from '../unpack-debian-packages.mjs';

export const nginx = {
  name: 'nginx',
  doing: 'finding nginx',
  isDone: () => isLinked('nginx') && runs(serverLink('nginx')),
  run: async () => {
    const installed = findCommand('nginx');
    if (installed !== undefined && runs(installed)) return linkServer('nginx', installed);

    // Unpacked, not installed: installing it starts the machine's own nginx on port 80.
    const unpacked = path.join(await unpackDebianPackages(['nginx', 'nginx-common']), 'usr/sbin/nginx');
    if (!runs(unpacked)) {
      throw new SetupError(
        `Debian's nginx does not run here unpacked. Install it as root:\n  apt-get install -y nginx-light`,
      );
    }
    linkServer('nginx', unpacked);
  },
};

/** @param {string} executable */
function runs(executable) {
  return spawnSync(executable, ['-v']).status === 0;
}
