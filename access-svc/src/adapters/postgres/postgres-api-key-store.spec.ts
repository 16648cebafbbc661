import { MikroORM } from '@mikro-orm/postgresql';
import { newApiKey, type ReadApiKey, readApiKey } from '@vigie/access';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { ormOptions } from '@vigie/postgres';
import { migrate } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { PostgresApiKeyStore } from './postgres-api-key-store.ts';
import { SCHEMA } from './schema.ts';

const REPLICAS = 10;

// What it does besides is what access-svc.spec.ts looks at from outside.
describe('PostgresApiKeyStore', () => {
  it('keeps the key in ADMIN_KEY for many replicas that start at once', async () => {
    await using teardown = new AsyncDisposableStack();
    const logger = createLogger('access-svc', 'silent');
    const postgres = await scratchPostgres(teardown);
    await postgres.start();
    await migrate(SCHEMA, postgres.url, logger);
    const url = postgres.urlOf('access-svc');
    const orm = new MikroORM(ormOptions(SCHEMA, { url, poolSize: REPLICAS, logger }));
    teardown.defer(() => orm.close(true));
    const store = new PostgresApiKeyStore(orm);
    for (let round = 0; round < 30; round++) {
      const key = readApiKey(newApiKey()) as ReadApiKey;
      const states = await Promise.all(Array.from({ length: REPLICAS }, () => store.keepAdmin(key, 'admin')));
      expect(new Set(states)).to.deep.equal(new Set(['USABLE']));
    }
  });
});
