import { expect } from 'chai';
import { DatabaseError } from './errors/database-error.ts';
import { UnstorableError } from './errors/unstorable-error.ts';
import { translateDatabaseError } from './translate-database-error.ts';

const coded = (code: string) => Object.assign(new Error('inner'), { code });

describe('translateDatabaseError', () => {
  for (const [error, reason] of [
    [coded('ECONNREFUSED'), 'STORE_UNREACHABLE'],
    [coded('57P03'), 'STORE_UNREACHABLE'],
    [coded('08006'), 'STORE_UNREACHABLE'],
    [coded('28P01'), 'STORE_UNREACHABLE'],
    [coded('25006'), 'STORE_NOT_WRITABLE'],
    [coded('42501'), 'STORE_NOT_WRITABLE'],
    [coded('53100'), 'STORE_NOT_WRITABLE'],
    [new Error('Connection terminated unexpectedly'), 'STORE_UNREACHABLE'],
    [new Error('outer', { cause: coded('ECONNRESET') }), 'STORE_UNREACHABLE'],
    [coded('40P01'), 'STORE_BUSY'],
    [coded('53300'), 'STORE_BUSY'],
    [coded('25P03'), 'STORE_BUSY'],
    [coded('57014'), 'STORE_BUSY'],
    [new Error('timeout exceeded when trying to connect'), 'STORE_BUSY'],
  ] as const) {
    it(`says ${reason} of ${'code' in error ? error.code : error.message}`, () => {
      const known = translateDatabaseError(error);
      expect(known).to.be.instanceOf(DatabaseError).with.property('reason', reason);
      expect(known).to.have.property('cause', error);
    });
  }

  for (const code of ['22P05', '23514', '54000']) {
    it(`says of ${code} that trying again makes no sense`, () => {
      const error = coded(code);
      expect(translateDatabaseError(error)).to.be.instanceOf(UnstorableError).with.property('cause', error);
    });
  }

  it('leaves 42P01 as it is', () => {
    const error = coded('42P01');
    expect(translateDatabaseError(error)).to.equal(error);
  });

  it('leaves what is no error of a database as it is', () => {
    for (const error of [new Error('a bug'), 'text', undefined]) expect(translateDatabaseError(error)).to.equal(error);
  });
});
