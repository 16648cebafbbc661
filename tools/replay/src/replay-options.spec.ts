import { WrongUsageError } from '@vigie/dev-env/command-line';
import { expect } from 'chai';
import { parseReplayOptions } from './replay-options.ts';

const NOW = Date.parse('2025-06-02T13:00:00Z');
const parse = (...args: string[]) => parseReplayOptions(args, NOW);

describe('parseReplayOptions', () => {
  it('reads a store and a time range, in UTC, with an offset or back from now', () => {
    expect(parse('--store', 'store-42', '--since', '90m', '--until', '2025-06-02T14:30:00+02:00')).to.deep.include({
      store: 'store-42',
      since: new Date('2025-06-02T11:30:00Z'),
      until: new Date('2025-06-02T12:30:00Z'),
      dryRun: false,
    });
  });

  it('reads one message, a place to go on from, and a backup', () => {
    expect(parse('--sequence', '42', '--dry-run')).to.deep.include({ sequence: 42, dryRun: true });
    expect(parse('--backup', 'dir', '--after', '0')).to.deep.include({ backup: 'dir', after: 0 });
  });

  for (const [what, args] of Object.entries({
    'no filter at all': ['--dry-run'],
    'a time without its zone': ['--since', '2025-06-02T13:00:00'],
    'a time that is none': ['--since', '2025-06-32T13:00:00Z'],
    'a range that ends before it begins': ['--since', '1h', '--until', '2h'],
    'a position that is none': ['--sequence', '0'],
    'what it does not know': ['--stores', 'a'],
    'an argument without a name': ['store-42'],
  })) {
    it(`refuses ${what}`, () => {
      expect(() => parse(...args)).to.throw(WrongUsageError);
    });
  }
});
