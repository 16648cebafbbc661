import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { Output } from './output.ts';

function outputTo(stream: object): { readonly output: Output; readonly said: () => string } {
  const stdout = Object.assign(new PassThrough({ encoding: 'utf8' }), stream) as unknown as NodeJS.WriteStream;
  const said = () => (stdout as unknown as PassThrough).read() as string;
  return { output: new Output({ json: false, stdout, stderr: stdout }), said };
}

describe('Output', () => {
  it('aligns columns, also with rows that came before', () => {
    const { output, said } = outputTo({});
    output.rows([
      ['A', 'BCD', ''],
      ['abc', 'd', 'e'],
    ]);
    output.rows([['x', 'y', 'z']]);
    expect(said()).to.equal('A    BCD\nabc  d    e\nx    y    z\n');
  });

  it('shows no control characters of what it was told', () => {
    const { output, said } = outputTo({});
    output.rows([['a\u001b[2Jb\n\u202ec']]);
    output.note('x\u0007');
    expect(said()).to.equal('a?[2Jb??c\nx?\n');
  });

  it('has colours on a terminal alone', () => {
    const terminal = outputTo({ isTTY: true, getColorDepth: () => 4 });
    terminal.output.rows([['FAILED', 'a']]);
    const file = outputTo({});
    file.output.rows([['FAILED', 'a']]);
    expect(file.said()).to.equal('FAILED  a\n');
    expect(terminal.said()).to.contain('\u001b[31mFAILED\u001b[39m  a');
  });
});
