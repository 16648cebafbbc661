import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { EmbeddedPostgres } from './embedded-postgres.ts';
import { queryPostgres } from './query-postgres.ts';

describe('EmbeddedPostgres', () => {
  it('keeps its data over a stop and over a kill -9', async () => {
    await using dir = await temporaryDir();
    const postgres = await freshPostgres(dir.path);
    try {
      await postgres.start();
      await queryPostgres(postgres.url, 'CREATE TABLE kept (uid text)');
      await queryPostgres(postgres.url, 'INSERT INTO kept VALUES ($1)', ['a']);
      await postgres.restart();
      await queryPostgres(postgres.url, 'INSERT INTO kept VALUES ($1)', ['b']);
      postgres.kill('SIGKILL');
      await postgres.waitUntilExited();
      await postgres.start();
      expect(await queryPostgres(postgres.url, 'SELECT uid FROM kept ORDER BY uid')).to.deep.equal([
        { uid: 'a' },
        { uid: 'b' },
      ]);
    } finally {
      await postgres.stop();
    }
  });

  it('starts even if the pid in the lock file of a killed server now belongs to another process', async () => {
    await using dir = await temporaryDir();
    const postgres = await freshPostgres(dir.path);
    try {
      await postgres.start();
      await postgres.stop();
      await writeFile(path.join(dir.path, 'postgres/postmaster.pid'), `${process.pid}\n`);
      await postgres.start();
      expect(await queryPostgres(postgres.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    } finally {
      await postgres.stop();
    }
  });

  it('refuses a second server on the same data, naming the first', async () => {
    await using dir = await temporaryDir();
    const first = await freshPostgres(dir.path);
    const second = await freshPostgres(dir.path);
    try {
      await first.start();
      const error = await second.start().then(
        () => undefined,
        error => error,
      );
      expect(error?.message)
        .to.match(new RegExp(`Another Postgres \\(pid ${first.pid}\\)`))
        .and.not.match(/kill -/);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });
});

async function freshPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const [port] = await pickFreePorts(1);
  return new EmbeddedPostgres({ dataDir, port: port as number });
}
