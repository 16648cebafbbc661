import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { countRepairs } from './repairs.ts';

describe('countRepairs', () => {
  it('counts what the replicas of store-svc have done again, by what was missing', async () => {
    await using dir = await temporaryDir();
    const repaired = (missing: string): string =>
      `{"level":40,"uid":"a","missing":"${missing}","msg":"lost work found by the sweep, and done again"}\n`;
    await writeFile(path.join(dir.path, 'store-svc.log'), `${repaired('ROW')}{"msg":"ready"}\n${repaired('EVENT')}`);
    await writeFile(path.join(dir.path, 'store-svc-2.log'), repaired('ROW'));
    await writeFile(path.join(dir.path, 'probe-svc.log'), repaired('ROW'));
    expect([...(await countRepairs(dir.path))]).to.have.deep.members([
      ['ROW', 2],
      ['EVENT', 1],
    ]);
  });
});
