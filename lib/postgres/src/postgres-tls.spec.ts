import { chown, copyFile } from 'node:fs/promises';
import path from 'node:path';
import { queryPostgres } from '@vigie/dev-env/servers';
import { makeCertificates, type ScratchCertificates, scratchPostgres, temporaryDir } from '@vigie/dev-env/testing';
import { createLogger, Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { openDatabase } from './open-database.ts';
import { LONG_TIMEOUTS } from './testing/long-timeouts.ts';
import { NOTES_SCHEMA } from './testing/notes-schema.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };

describe('a connection to Postgres over TLS', () => {
  const teardown = new AsyncDisposableStack();
  let certificates: ScratchCertificates;
  let plain: Awaited<ReturnType<typeof scratchPostgres>>;
  let secured: Awaited<ReturnType<typeof scratchPostgres>>;

  before(async () => {
    const dir = teardown.use(await temporaryDir());
    certificates = await makeCertificates(dir.path);
    plain = await scratchPostgres(teardown);
    secured = await scratchPostgres(teardown, { dataDir: dir.path });
    await Promise.all([plain.start(), secured.start()]);
    for (const [file, name] of [
      [certificates.certFile, 'server.crt'],
      [certificates.keyFile, 'server.key'],
    ] as const) {
      const own = path.join(dir.path, 'postgres', name);
      await copyFile(file, own);
      if (process.getuid?.() === 0) await chown(own, NOBODY.uid, NOBODY.gid);
    }
    await queryPostgres(secured.url, 'alter system set ssl = on');
    await secured.restart();
  });
  after(() => teardown.disposeAsync());

  async function open(server: typeof plain, query: string, host = 'localhost') {
    const at = (url: string) => `${url.replace('127.0.0.1', host)}?${query}`;
    const config = {
      url: at(server.urlOf('store-svc')),
      migrationUrl: at(server.url),
      poolSize: 2,
      timeouts: LONG_TIMEOUTS,
    };
    const logger = createLogger('notes', 'silent');
    return openDatabase(NOTES_SCHEMA, config, { logger, health: new Health(), teardown });
  }
  const errorOf = async (...args: Parameters<typeof open>) => {
    const error = await open(...args).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(Error);
    return (error as Error).message;
  };
  const trusting = (mode: string) => `sslmode=${mode}&sslrootcert=${certificates.authorityFile}`;

  for (const mode of ['require', 'verify-full']) {
    it(`is encrypted with sslmode=${mode}`, async () => {
      const orm = await open(secured, trusting(mode));
      const rows = await orm.em.getConnection().execute('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      expect(rows).to.deep.equal([{ ssl: true }]);
    });

    it(`refuses a server without TLS with sslmode=${mode}, at once`, async () => {
      expect(await errorOf(plain, trusting(mode))).to.match(/does not support SSL/);
    });

    it(`refuses a certificate that nobody trusted has signed with sslmode=${mode}`, async () => {
      expect(await errorOf(secured, `sslmode=${mode}`)).to.match(/certificate/);
    });

    it(`refuses a certificate for another name with sslmode=${mode}`, async () => {
      expect(await errorOf(secured, trusting(mode), '127.0.0.1')).to.match(/altnames/);
    });
  }
});
