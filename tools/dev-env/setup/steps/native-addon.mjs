import { spawnSync } from 'node:child_process';
import { ContentStamp, filesBelow } from '../content-stamp.mjs';
import { runLogged } from '../run-logged.mjs';

const stamp = new ContentStamp('native');

export const nativeAddon = {
  name: 'native',
  doing: 'building the libav addon',
  isDone: () => filesBelow('native/build', ['.node']).length > 0 && stamp.matches(inputs(), [libavVersions()]),
  run: async () => {
    const files = inputs();
    stamp.clear();
    await runLogged('native', 'npm', ['run', 'build', '-w', 'native'], {
      wayOut: 'If it names a missing header or tool: delete .vigie/setup and try again.',
    });
    stamp.write(files, [libavVersions()]);
  },
};

function inputs() {
  return ['native/CMakeLists.txt', 'native/package.json', ...filesBelow('native/src', ['.cc', '.h'])];
}

// Built against other headers, the addon would read other structs.
function libavVersions() {
  const libraries = ['libavformat', 'libavcodec', 'libavutil', 'libswscale'];
  const { stdout } = spawnSync('pkg-config', ['--modversion', ...libraries], { encoding: 'utf8' });
  return stdout ?? '';
}
