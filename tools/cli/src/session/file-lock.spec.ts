import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { whileLocked } from './file-lock.ts';

/** Holds the lock until it is killed. */
const HOLDER = `import { whileLocked } from ${JSON.stringify(import.meta.resolve('./file-lock.ts'))};
await whileLocked(process.argv[1], async () => {
  console.log('held');
  await new Promise(resolve => setTimeout(resolve, 600_000));
});`;

describe('a lock on a file', () => {
  const teardown = new AsyncDisposableStack();
  let file: string;
  beforeEach(async () => {
    file = path.join(teardown.use(await temporaryDir()).path, 'a.lock');
  });
  after(() => teardown.disposeAsync());

  it('has what is done under it done one after the other, and passes on what that answers or throws', async () => {
    let doing = 0;
    const done: number[] = [];
    const work = async (number: number) => {
      expect(++doing).to.equal(1);
      await delay(5);
      doing--;
      done.push(number);
      return number;
    };
    const all = [1, 2, 3, 4].map(number => whileLocked(file, () => work(number)));
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3, 4]);
    expect(done).to.have.members([1, 2, 3, 4]);
    const error = await whileLocked(file, () => Promise.reject(new Error('no'))).catch(thrown => thrown);
    expect(error.message).to.equal('no');
    expect(await whileLocked(file, async () => 'after it')).to.equal('after it');
  });

  it('is held by another process until that is killed, and not longer', async () => {
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, file]);
    await once(holder.stdout, 'data');
    let isTaken = false;
    const taken = whileLocked(file, async () => {
      isTaken = true;
    });
    await delay(300);
    expect(isTaken).to.equal(false);
    holder.kill('SIGKILL');
    await taken;
    expect(isTaken).to.equal(true);
  });
});
