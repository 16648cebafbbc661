import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { DataDir } from './data-dir.ts';
import { DevEnvError } from './dev-env-error.ts';
import { Mesh } from './mesh.ts';
import { temporaryDir } from './testing/temporary-dir.ts';

const failureOf = async (opening: Promise<AsyncDisposable>) => {
  const error = await opening.catch(error => error);
  expect(error).to.be.instanceOf(DevEnvError);
  return error.message as string;
};

describe('DataDir', () => {
  it('makes the folder', async () => {
    await using dir = await temporaryDir();
    const folder = path.join(dir.path, 'a/b');
    await using opened = await DataDir.open(folder);
    expect(opened.path).to.equal(folder);
  });

  it('says in a sentence that nothing can be made there', async () => {
    expect(await failureOf(DataDir.open('/proc/nope'))).to.equal(
      "The data folder /proc/nope can't be used: nothing can be made there (ENOENT). Choose another with VIGIE_DATA_DIR.",
    );
  });

  it('says that there is a file', async () => {
    await using dir = await temporaryDir();
    const file = path.join(dir.path, 'file');
    await writeFile(file, '');
    expect(await failureOf(DataDir.open(file))).to.match(/there is a file of that name/);
    expect(await failureOf(DataDir.open(path.join(file, 'below')))).to.match(/there is a file in its path/);
  });

  it('refuses a second mesh on the same data, also by another path, without advice to kill anything', async () => {
    await using dir = await temporaryDir();
    const first = await DataDir.open(dir.path);
    const message = await failureOf(Mesh.boot({ dataDir: `${dir.path}/.`, ports: 'free' }));
    expect(message)
      .to.contain(`A mesh (pid ${process.pid}) is already running on the data in ${dir.path}`)
      .and.contain('VIGIE_DATA_DIR')
      .and.not.match(/kill/i);
    await first[Symbol.asyncDispose]();
    await using _second = await DataDir.open(dir.path);
  });
});
