import { existsSync } from 'node:fs';
import path from 'node:path';
import { ContentStamp, filesBelow } from '../content-stamp.mjs';
import { PROJECT_DIR } from '../project.mjs';
import { runLogged } from '../run-logged.mjs';

const TEMPLATE = 'tools/dev-env/setup/buf.gen.yaml';

const stamp = new ContentStamp('protos');

export const protoCode = {
  name: 'protos',
  doing: 'generating TypeScript from the protos',
  isDone: () => existsSync(path.join(PROJECT_DIR, 'proto/gen')) && stamp.matches(inputs()),
  run: async () => {
    const files = inputs();
    stamp.clear();
    await runLogged('protos', path.join(PROJECT_DIR, 'node_modules/.bin/buf'), ['generate', '--template', TEMPLATE], {
      cwd: PROJECT_DIR,
      // buf looks for the plugins on PATH, and setup may run outside an npm script.
      env: {
        ...process.env,
        PATH: `${path.join(PROJECT_DIR, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
      },
      wayOut: 'Mend the proto that it names and try again.',
    });
    stamp.write(files);
  },
};

function inputs() {
  const sources = filesBelow('proto', ['.proto']);
  return [...sources, 'buf.yaml', TEMPLATE, 'node_modules/@bufbuild/protoc-gen-es/package.json'];
}
