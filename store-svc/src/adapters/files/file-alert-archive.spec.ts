import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { FileAlertArchive } from './file-alert-archive.ts';

describe('FileAlertArchive', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'vigie-archive-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const receivedAt = new Date('2026-03-07T09:05:01.250Z');
  const rows = Array.from({ length: 1_000 }, (_, index) => JSON.stringify({ uid: `uid-${index}`, store: 'Épicerie' }));

  it('gives back what it was given, from a file in the folder of its month, in a fraction of the room', async () => {
    const archive = new FileAlertArchive(path.join(dir, 'new'));
    const name = await archive.write(receivedAt, rows);
    expect(name).to.match(/^2026\/03\/alerts-20260307T090501Z-[0-9a-f]{8}\.ndjson\.zst$/);
    expect(await archive.read(name)).to.deep.equal(rows);
    expect(readFileSync(path.join(dir, 'new', name)).length).to.be.lessThan(rows.join('\n').length / 5);
    expect(readdirSync(path.join(dir, 'new/2026/03'))).to.have.lengthOf(1);
  });

  it('says so if a file is damaged, cut or gone', async () => {
    const archive = new FileAlertArchive(dir);
    const name = await archive.write(receivedAt, rows);
    const bytes = readFileSync(path.join(dir, name));
    const middle = Math.floor(bytes.length / 2);
    for (const damaged of [bytes.with(middle, (bytes[middle] ?? 0) ^ 1), bytes.subarray(0, -3)]) {
      writeFileSync(path.join(dir, name), damaged);
      expect(await archive.read(name).catch(error => error)).to.be.instanceOf(Error);
    }
    expect(await archive.read('2026/03/none').catch(error => error)).to.include({ code: 'ENOENT' });
  });
});
