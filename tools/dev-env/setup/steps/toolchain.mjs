import { findCommand } from '../find-command.mjs';
import { SetupError } from '../setup-error.mjs';

// Debian 12's own. It only runs set-up: Node 24 comes from npm with the packages.
const OLDEST_NODE = 18;

const COMPILERS = [...(process.env.CXX ? [process.env.CXX] : []), 'c++', 'g++', 'clang++'];

/** What setup cannot bring by itself. */
export const toolchain = {
  name: 'toolchain',
  doing: 'looking for Node, npm, git and a C++ compiler',
  isDone: () => missingTools().length === 0,
  run: () => {
    const missing = missingTools();
    const packages = missing.map(tool => tool.debianPackage).filter(Boolean);
    const wayOut = packages.length === 0 ? [] : [`  sudo apt-get install -y ${packages.join(' ')}`];
    throw new SetupError(['Vigie needs:', ...missing.map(tool => `  - ${tool.need}`), ...wayOut].join('\n'));
  },
};

function missingTools() {
  const nodeMajor = Number(process.versions.node.split('.')[0]);
  return [
    {
      fits: nodeMajor >= OLDEST_NODE,
      need: `Node ${OLDEST_NODE} or later to set itself up; this is ${process.version}`,
    },
    { fits: findCommand('npm'), need: 'npm, which is not on PATH', debianPackage: 'npm' },
    { fits: findCommand('git'), need: 'git, which is not on PATH', debianPackage: 'git' },
    {
      fits: COMPILERS.some(findCommand),
      need: `a C++ compiler; none of ${COMPILERS.join(', ')} is on PATH`,
      debianPackage: 'g++',
    },
  ].filter(tool => !tool.fits);
}
