import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { FileTail } from './file-tail.ts';

describe('FileTail', () => {
  it('returns each added line once and complete, even if a write ends inside a character', async () => {
    await using dir = await temporaryDir();
    const file = path.join(dir.path, 'a.log');
    writeFileSync(file, 'before\n');
    const tail = new FileTail(file, 7);
    expect(tail.read()).to.deep.equal([]);
    const [first, second] = [Buffer.from('une clé\nla ').subarray(0, 7), Buffer.from('une clé\nla ').subarray(7)];
    appendFileSync(file, first);
    expect(tail.read()).to.deep.equal([]);
    appendFileSync(file, second);
    expect(tail.read()).to.deep.equal(['une clé']);
    appendFileSync(file, 'suite\n');
    expect(tail.read()).to.deep.equal(['la suite']);
  });

  it('continues with the new file after a rotation', async () => {
    await using dir = await temporaryDir();
    const file = path.join(dir.path, 'a.log');
    writeFileSync(file, 'a long first file\n');
    const tail = new FileTail(file, 0);
    tail.read();
    writeFileSync(file, 'new\n');
    expect(tail.read()).to.deep.equal(['new']);
  });

  it('waits for a file that is not there yet', async () => {
    await using dir = await temporaryDir();
    expect(new FileTail(path.join(dir.path, 'none.log'), 0).read()).to.deep.equal([]);
  });
});
