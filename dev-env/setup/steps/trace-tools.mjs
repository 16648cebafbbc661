import { findCommand } from '../find-command.mjs';
import { installDebianPackages } from '../install-debian-packages.mjs';

/** Only the test that no probe opens a file or a socket needs it: that step runs when it is named. */
export const traceTools = {
  name: 'trace-tools',
  doing: 'installing strace, for the tests of native',
  isDone: () => findCommand('strace') !== undefined,
  run: () => installDebianPackages(['strace']),
};
