import { expect } from 'chai';
import { runCommand } from './run-command.ts';

/** A slow machine takes longer to recover from each. */
const MAX_KINDS_NOT_REACHED = 8;

describe('npm run chaos', function () {
  this.timeout(900_000);

  it('finds no alert lost and none doubled after three minutes of every kind of fault', async () => {
    const { exitCode, output, progress } = await runCommand(['--minutes', '3', '--seed', '20261120']);
    console.log(output);
    expect(exitCode, `${progress}\n${output}`).to.equal(0);
    expect(output)
      .to.match(/^lost +0$/m)
      .and.match(/^doubled +0$/m);
    expect(output.match(/ not reached$/gm) ?? [], output).to.length.most(MAX_KINDS_NOT_REACHED);
  });

  it('prints its usage for options that it does not know', async () => {
    const { exitCode, progress } = await runCommand(['--loud']);
    expect(exitCode).to.equal(2);
    expect(progress).to.match(/Usage: npm run chaos/);
  });
});
