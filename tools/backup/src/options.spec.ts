import { WrongUsageError } from '@vigie/dev-env/command-line';
import { expect } from 'chai';
import { parseBackupOptions, parseRestoreOptions } from './options.ts';

describe('the options of backup and restore', () => {
  it('name the folder', () => {
    expect(parseBackupOptions(['--to', 'backups'])).to.deep.equal({ to: 'backups' });
    expect(parseRestoreOptions(['--from', 'backups/a'])).to.deep.equal({ from: 'backups/a', force: false });
    expect(parseRestoreOptions(['--from', 'backups/a', '--force'])).to.deep.equal({ from: 'backups/a', force: true });
  });

  it('ask for help', () => {
    expect(parseBackupOptions(['--help'])).to.equal(undefined);
    expect(parseRestoreOptions(['-h'])).to.equal(undefined);
  });

  for (const args of [[], ['--to', ''], ['--from', 'x'], ['--to', 'x', 'y']]) {
    it(`of backup are not ${JSON.stringify(args)}`, () => {
      expect(() => parseBackupOptions(args)).to.throw(WrongUsageError);
    });
  }

  for (const args of [[], ['--from'], ['--to', 'x'], ['--from', 'x', '--force=yes']]) {
    it(`of restore are not ${JSON.stringify(args)}`, () => {
      expect(() => parseRestoreOptions(args)).to.throw(WrongUsageError);
    });
  }
});
