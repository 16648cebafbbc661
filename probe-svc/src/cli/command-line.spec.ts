import { expect } from 'chai';
import { readCommandLine, UsageError } from './command-line.ts';

const noFile = () => false;

describe('readCommandLine', () => {
  it('takes sources and the option in any order', () => {
    expect(readCommandLine(['a.mp4', '--json', 'http://h/b.mp4'], noFile)).to.deep.equal({
      sources: ['a.mp4', 'http://h/b.mp4'],
      json: true,
    });
    expect(readCommandLine(['a.mp4'], noFile)).to.have.property('json', false);
  });

  it('takes everything after -- as a source', () => {
    expect(readCommandLine(['--', '--json', '-h'], noFile)).to.deep.equal({ sources: ['--json', '-h'], json: false });
  });

  it('takes a name with a dash in front as a file where there is one', () => {
    expect(readCommandLine(['-x.mp4'], () => true))
      .to.property('sources')
      .deep.equal(['-x.mp4']);
  });

  it('refuses an unknown option, an empty name and a call without sources', () => {
    for (const args of [['--jsn', 'a.mp4'], ['-x.mp4'], ['-'], ['', 'a.mp4'], ['--json'], ['--'], []]) {
      expect(() => readCommandLine(args, noFile), args.join(' ')).to.throw(UsageError);
    }
  });

  it('offers help', () => {
    expect(readCommandLine(['a.mp4', '--help'], noFile)).to.equal('help');
  });
});
