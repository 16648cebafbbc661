import { expect } from 'chai';
import { compareFootprints, type Footprint } from './footprint.ts';

const MEBIBYTE = 1024 * 1024;
const before: Footprint = { residentBytes: 100 * MEBIBYTE, openFiles: 30 };

const detailsOf = (after: Footprint | undefined) =>
  compareFootprints(new Map([['svc', before]]), new Map(after === undefined ? [] : [['svc', after]])).map(
    ({ detail }) => detail,
  );

describe('compareFootprints', () => {
  it('accepts a little more, and less', () => {
    expect(detailsOf({ residentBytes: 214 * MEBIBYTE, openFiles: 50 })).to.deep.equal([]);
    expect(detailsOf({ residentBytes: 50 * MEBIBYTE, openFiles: 10 })).to.deep.equal([]);
  });

  it('finds files that stay open', () => {
    expect(detailsOf({ ...before, openFiles: 51 })).to.deep.equal(['svc holds 51 files open, 30 at first']);
  });

  it('finds memory that is kept', () => {
    expect(detailsOf({ ...before, residentBytes: 215 * MEBIBYTE })).to.deep.equal([
      'svc has 215 MiB resident, 100 at first',
    ]);
  });

  it('finds a process that is gone', () => {
    expect(detailsOf(undefined)).to.deep.equal(['svc is gone']);
  });
});
