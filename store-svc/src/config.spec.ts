import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('the configuration of store-svc', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).to.include({
      port: 50053,
      healthPort: 9053,
      databaseUrl: 'postgresql://vigie_store:vigie_store@127.0.0.1:5432/vigie',
      databaseMigrationUrl: 'postgresql://vigie:vigie@127.0.0.1:5432/vigie',
      databasePoolSize: 10,
      databaseStatementTimeoutMs: 10_000,
      databaseLockTimeoutMs: 2_000,
      databaseIdleTransactionTimeoutMs: 10_000,
      idempotencyWindowMs: 86_400_000,
    });
  });

  it('migrates with DATABASE_URL unless another role is to', () => {
    const service = { DATABASE_URL: 'postgresql://vigie_store@db/vigie' };
    expect(readConfig(service).databaseMigrationUrl).to.equal(service.DATABASE_URL);
    const both = readConfig({ ...service, DATABASE_MIGRATION_URL: 'postgresql://vigie@db/vigie' });
    expect(both).to.include({
      databaseUrl: service.DATABASE_URL,
      databaseMigrationUrl: 'postgresql://vigie@db/vigie',
    });
  });

  it('names every variable that is wrong, without its value', () => {
    const env = { DATABASE_URL: 'mysql://u:secret@h/d', DATABASE_POOL_SIZE: '1' };
    expect(() => readConfig(env)).to.throw(/^DATABASE_URL is wrong: .*; DATABASE_POOL_SIZE is wrong: .*2 to 1000$/);
    expect(() => readConfig(env)).not.to.throw(/secret/);
    for (const IDEMPOTENCY_WINDOW_MS of ['0', '2592000001', 'a day']) {
      expect(() => readConfig({ IDEMPOTENCY_WINDOW_MS })).to.throw(
        /^IDEMPOTENCY_WINDOW_MS is wrong: .*1000 to 2592000000$/,
      );
    }
  });
});
