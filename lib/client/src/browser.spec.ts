import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { expect } from 'chai';

const TSC = path.join(PROJECT_DIR, 'node_modules/.bin/tsc');

async function errorsOf(program: string): Promise<string> {
  const dir = path.join(MACHINE_DIR, 'browser-types');
  await mkdir(dir, { recursive: true });
  const config = {
    extends: path.join(PROJECT_DIR, 'tsconfig.json'),
    compilerOptions: { lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'], types: [] },
    files: ['page.ts'],
    include: [],
  };
  await writeFile(path.join(dir, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(path.join(dir, 'page.ts'), program);
  return promisify(execFile)(TSC, ['-p', dir], { cwd: PROJECT_DIR }).then(
    () => '',
    error => String(error.stdout),
  );
}

describe('the client in a browser', () => {
  it('needs nothing that a browser lacks', async () => {
    const page = (line: string) => `import { createVigieClient } from '@vigie/client';
      document.title = createVigieClient({ url: location.origin }).constructor.name;
      ${line}`;
    expect(await errorsOf(page(''))).to.equal('');
    expect(await errorsOf(page('Buffer.from(document.title);'))).to.contain("Cannot find name 'Buffer'");
  });
});
