import { findCommand } from '../find-command.mjs';
import { installDebianPackages } from '../install-debian-packages.mjs';

/**
 * One version on every machine, so that a format and a finding are the same everywhere: Debian 12, 13 and sid have it.
 * It is named in native/check/clang-tools.ts too. Since 22 clang-tidy leaves out what system headers hold, which takes
 * a sixth of the time.
 */
const TOOLS = ['clang-format-22', 'clang-tidy-22'];

/** What only `npm run check:native` needs: this step runs when it is named. */
export const checkTools = {
  name: 'check-tools',
  doing: 'installing clang-format and clang-tidy, for the C++ of native',
  isDone: () => missingTools().length === 0,
  run: () => installDebianPackages(missingTools()),
};

function missingTools() {
  return TOOLS.filter(tool => findCommand(tool) === undefined);
}
