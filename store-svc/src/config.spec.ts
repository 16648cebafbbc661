import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('the configuration of store-svc', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).to.include({ port: 50053, healthPort: 9053, idempotencyWindowMs: 86_400_000 });
    expect(config.database).to.include({
      url: 'postgresql://vigie_store:vigie_store@127.0.0.1:5432/vigie',
      migrationUrl: 'postgresql://vigie:vigie@127.0.0.1:5432/vigie',
    });
  });

  it('names every variable that is wrong', () => {
    for (const IDEMPOTENCY_WINDOW_MS of ['0', '2592000001', 'a day']) {
      expect(() => readConfig({ DATABASE_POOL_SIZE: '1', IDEMPOTENCY_WINDOW_MS })).to.throw(
        /^DATABASE_POOL_SIZE is wrong: .*; IDEMPOTENCY_WINDOW_MS is wrong: .*1000 to 2592000000$/,
      );
    }
  });
});
