import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { assembleBufWorkspace, BUF_WORKSPACE } from '../buf-workspace.mjs';
import { ContentStamp, filesBelow } from '../content-stamp.mjs';
import { PROJECT_DIR, PROJECT_NODE, SETUP_SOURCE_DIR } from '../project.mjs';
import { runLogged } from '../run-logged.mjs';

const stamp = new ContentStamp('protos');

export const protoCode = {
  name: 'protos',
  doing: 'generating TypeScript from the protos',
  isDone: () => existsSync(path.join(PROJECT_DIR, 'proto/gen')) && existsSync(BUF_WORKSPACE) && stamp.matches(inputs()),
  run: async () => {
    const files = inputs();
    stamp.clear();
    assembleBufWorkspace();
    await runLogged('protos', path.join(PROJECT_DIR, 'node_modules/.bin/buf'), ['generate'], {
      cwd: BUF_WORKSPACE,
      // buf looks for the plugins on PATH, and setup may run outside an npm script.
      env: {
        ...process.env,
        PATH: `${path.join(PROJECT_DIR, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
      },
      wayOut: 'Mend the proto that it names and try again.',
    });
    execFileSync(PROJECT_NODE, [path.join(SETUP_SOURCE_DIR, 'buf/write-comments.mjs')], { cwd: BUF_WORKSPACE });
    stamp.write(files);
  },
};

function inputs() {
  const sources = filesBelow('proto', ['.proto']);
  return [
    ...sources,
    'tools/dev-env/setup/buf/buf.yaml',
    'tools/dev-env/setup/buf/buf.gen.yaml',
    'tools/dev-env/setup/buf/write-comments.mjs',
    'tools/dev-env/setup/buf/write-validate-proto.mjs',
    'node_modules/@bufbuild/protovalidate/package.json',
    'node_modules/@bufbuild/protoc-gen-es/package.json',
  ];
}
