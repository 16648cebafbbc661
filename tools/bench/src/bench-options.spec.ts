import { expect } from 'chai';
import { parseBenchOptions } from './bench-options.ts';
import { WAYS } from './ways/ways.ts';

describe('parseBenchOptions', () => {
  it('streams 10,000 alerts if nothing is said', () => {
    const options = parseBenchOptions([]);
    expect(options).to.include({ alerts: 10_000, rows: 0, seconds: 20 });
    expect(options?.via).to.deep.equal([]);
  });

  it('takes the ways to compare, several or all, with 100 alerts a batch', () => {
    expect(parseBenchOptions(['--via', 'grpc'])).to.deep.include({ via: ['grpc'], batch: 100, rounds: 5 });
    expect(parseBenchOptions(['--via', 'rest,batch'])?.via).to.deep.equal(['rest', 'batch']);
    expect(parseBenchOptions(['--via', 'all'])?.via).to.deep.equal(WAYS);
  });

  const refused = [
    ['--via', 'soap'],
    ['--via', 'rest,rest'],
    ['--via', ''],
    ['--batch', '1001'],
    ['--batch', '0'],
    ['--rounds', '0.5'],
    ['--alerts', 'many'],
    ['--quickly'],
  ];
  for (const args of refused) {
    it(`refuses ${args.join(' ')}`, () => {
      expect(parseBenchOptions(args)).to.equal(undefined);
    });
  }
});
