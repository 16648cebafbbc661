import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

const ownFolders = ['../src', '../fuzz'].map(folder => fileURLToPath(new URL(folder, import.meta.url)));
// What node-addon-api itself states is relative to the working folder.
const othersFolders = [require('node-api-headers').include_dir, path.dirname(require.resolve('node-addon-api'))];

/** What CMake gives the compiler, but for warnings and libav's folders: enough to read any source of native. */
export const compilerFlags: readonly string[] = [
  '-std=c++17',
  ...['-DNAPI_VERSION=9', '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
  ...ownFolders.flatMap(folder => ['-I', folder]),
  ...othersFolders.flatMap(folder => ['-isystem', folder]),
];
