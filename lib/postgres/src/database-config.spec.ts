import { EnvReader } from '@vigie/service-kit/env';
import { expect } from 'chai';
import { readDatabaseConfig } from './database-config.ts';

const LOCAL = {
  localServiceUrl: 'postgresql://service@127.0.0.1:5432/vigie',
  localOwnerUrl: 'postgresql://owner@127.0.0.1:5432/vigie',
};

describe('the configuration of a database', () => {
  const read = (env: NodeJS.ProcessEnv) => {
    const reader = new EnvReader(env);
    return reader.finish(readDatabaseConfig(reader, LOCAL));
  };

  it('has a default for everything', () => {
    expect(read({})).to.deep.equal({
      url: LOCAL.localServiceUrl,
      migrationUrl: LOCAL.localOwnerUrl,
      poolSize: 10,
      timeouts: { statementTimeoutMs: 10_000, lockTimeoutMs: 2_000, idleTransactionTimeoutMs: 10_000 },
    });
  });

  it('migrates with DATABASE_URL unless another role is to', () => {
    const service = { DATABASE_URL: 'postgresql://service@db/vigie' };
    expect(read(service).migrationUrl).to.equal(service.DATABASE_URL);
    const both = read({ ...service, DATABASE_MIGRATION_URL: 'postgresql://owner@db/vigie' });
    expect(both).to.include({ url: service.DATABASE_URL, migrationUrl: 'postgresql://owner@db/vigie' });
  });

  it('names every variable that is wrong, without its value', () => {
    const env = { DATABASE_URL: 'mysql://u:secret@h/d', DATABASE_POOL_SIZE: '1' };
    expect(() => read(env)).to.throw(/^DATABASE_URL is wrong: .*; DATABASE_POOL_SIZE is wrong: .*2 to 1000$/);
    expect(() => read(env)).not.to.throw(/secret/);
  });
});
