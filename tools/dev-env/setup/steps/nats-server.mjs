import { spawnSync } from 'node:child_process';
import path from 'node:path';
import {
  isFitNatsServer,
  OLDEST_FIT_NATS_SERVER,
  parseNatsServerVersion,
} from '../../../../lib/service-kit/src/nats/nats-server-version.mjs';
import { findCommand } from '../find-command.mjs';
import { isLinked, linkServer, serverLink } from '../server-link.mjs';
import { SetupError } from '../setup-error.mjs';
import { unpackDebianPackages } from '../unpack-debian-packages.mjs';

// Debian 12's own is 2.9.10; this release's runs on Debian 12 as it is (it needs libc6 >= 2.34).
const FIT_SUITE = 'trixie';

export const natsServer = {
  name: 'nats-server',
  doing: `finding a nats-server of ${OLDEST_FIT_NATS_SERVER} or later`,
  isDone: () => isLinked('nats-server') && isFit(serverLink('nats-server')),
  run: async () => {
    const installed = findCommand('nats-server');
    if (installed !== undefined && isFit(installed)) return linkServer('nats-server', installed);
    if (installed !== undefined) passOver(installed);

    const unpacked = path.join(await unpackDebianPackages(['nats-server'], FIT_SUITE), 'usr/sbin/nats-server');
    if (!isFit(unpacked)) {
      throw new SetupError(
        `Debian's ${FIT_SUITE} gave nats-server ${versionOf(unpacked) ?? 'that does not run here'}, and Vigie needs ` +
          `${OLDEST_FIT_NATS_SERVER} or later. Put such a one on PATH.`,
      );
    }
    linkServer('nats-server', unpacked);
  },
};

/** @param {string} installed */
function passOver(installed) {
  const version = versionOf(installed) ?? 'of unknown version';
  console.log(
    `\n  nats-server ${version} on PATH is passed over: older than ${OLDEST_FIT_NATS_SERVER} it can lose accepted alerts.`,
  );
}

/** @param {string} executable */
function isFit(executable) {
  const version = versionOf(executable);
  return version !== undefined && isFitNatsServer(version);
}

/** @param {string} executable */
function versionOf(executable) {
  const { status, stdout } = spawnSync(executable, ['--version'], { encoding: 'utf8' });
  return status === 0 ? parseNatsServerVersion(stdout) : undefined;
}
