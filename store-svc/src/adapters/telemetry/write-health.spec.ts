import { expect } from 'chai';
import { DatabaseError } from '../../ports/alert-store.ts';
import { WriteHealth } from './write-health.ts';

const full = new DatabaseError('STORE_NOT_WRITABLE', 'disk full');

describe('WriteHealth', () => {
  it('remembers that the store is not writable until a write succeeds', () => {
    const writes = new WriteHealth();
    expect(writes.failure).to.equal(undefined);
    writes.noteFailure(full);
    expect(writes.failure).to.equal('disk full');
    writes.noteSuccess();
    expect(writes.failure).to.equal(undefined);
  });

  it('forgets it if nobody writes any more, so that somebody tries again', () => {
    let nowMs = 0;
    const writes = new WriteHealth(() => nowMs);
    writes.noteFailure(full);
    nowMs = 9_000;
    writes.noteFailure(full);
    nowMs = 19_000;
    expect(writes.failure).to.equal('disk full');
    nowMs = 19_001;
    expect(writes.failure).to.equal(undefined);
  });

  it('ignores a store that is busy for a moment, and errors of others', () => {
    const writes = new WriteHealth();
    writes.noteFailure(new DatabaseError('STORE_BUSY', 'a row is locked'));
    writes.noteFailure(new Error('a bug'));
    expect(writes.failure).to.equal(undefined);
  });
});
